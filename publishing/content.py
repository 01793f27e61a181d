"""What every model of the portal's content is built on."""

import uuid

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from . import freshness


class ContentQuerySet(models.QuerySet):
    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_fields, key, strict=True)))

    def published(self):
        """What visitors may see: all, for reference data such as countries and organisations are always public."""
        return self.all()

    def untranslated(self):
        """With some text in English that lacks its Russian."""
        return self.filter(freshness.untranslated(self.model))

    def outdated(self):
        """With some Russian text whose English was changed after it was written."""
        return self.filter(freshness.outdated(self.model))


class Identified(models.Model):
    """Something that machines follow. ``uuid`` is its identity for ever: in feeds, calendars, exchanges.

    ``schema_type`` says what it is in the words of schema.org (``structured_data.py``).
    """

    schema_type = "Thing"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    changed = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        abstract = True

    def reference(self, absolute):
        """Which item it is, for machines, where a page leads to it."""
        return {
            "@type": self.schema_type,
            "@id": self.uuid.urn,
            "name": str(self),
            "url": absolute(self.get_absolute_url()),
        }

    def structured_data(self, absolute, shown):
        """What its page says of it, for machines."""
        return self.reference(absolute)


class Content(models.Model):
    """A row that readers may see. Saving, deleting or relating it moves the content version (``version.py``).

    ``natural_key_fields`` names the look-ups by which fixtures know the row, none of them nullable.

    ``search_fields`` names what readers' words are looked for in: its names, its summaries, its other texts
    (``country__name`` is that of a related row); empty where the row has no page. A model whose rows have several names
    gives them in ``search_names()``, so that any of them finds the others.
    """

    natural_key_fields = ("slug",)
    search_fields = ()
    search_day_field = None  # the date by which results are sorted
    still_right = frozenset()  # the translations, as (field, language), that whoever saves next knows to be right

    outdated_translations = GenericRelation("publishing.OutdatedTranslation")

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with transaction.atomic():
            before = freshness.stored(self, kwargs.get("update_fields"))
            super().save(*args, **kwargs)
            freshness.keep(self, before)

    def natural_key(self):
        key = []
        for path in self.natural_key_fields:
            value = self
            for name in path.split("__"):
                value = getattr(value, name)
            key.append(value)
        return tuple(key)

    @property
    def shown(self):
        """``(from, until)`` of its time on the portal, each ``None`` for no bound; ``None`` if it is not to be seen."""
        return None, None

    @property
    def search_day(self):
        return self.day_of(self.search_day_field) if self.search_day_field else None

    def day_of(self, field):
        """A date of this row, also where it was just saved as "2016-11-14"."""
        return self._meta.get_field(field).to_python(getattr(self, field))

    def search_facets(self):
        """``{facet: values}`` by which it can be filtered."""
        return {}

    @classmethod
    def search_links(cls):
        """The same where other rows say it: ``{facet: (rows, column of the item, column of the value)}``."""
        return {}

    def search_items(self):
        """The items whose entries in the search say something of this row."""
        return [self]

    def freshness(self, field, language="ru"):
        """Whether a translation of ``field`` is missing, outdated or fresh."""
        return next(state for *text, state, row in freshness.texts_of(self) if text == [field, language])
