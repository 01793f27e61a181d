"""What was: each change of an item is kept whole with its rows, by whom and when; and what readers are told of it.

A revision is taken where the desk logs a change (``past.py``), so that every door that logs also remembers. What
changed elsewhere, by the seed or a command, is caught up with just before the next change: the first edit of an item
can be compared with what was there, and nobody is named for what he did not do.

The tables are django-reversion's. Its screens are not used: they put the old content into the database for as long as
a form is shown, with the signals of the whole process silenced, and so know nothing of what is stored now.
"""

import datetime
import json
import uuid
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField
from reversion import add_meta, add_to_revision, create_revision, is_registered, register, set_comment, set_user
from reversion.errors import RevertError
from reversion.models import Revision, Version
from reversion.revisions import _get_options, set_date_created

from . import storage
from .content import Content, ContentQuerySet
from .keeping import kept
from .slugs import make_slug
from .states import Publishable
from .text import CleanCharField
from .version import Tombstone

NOTE_LENGTH = 300
RECENT = datetime.timedelta(days=30)  # so long a list says that an item was updated


class Occasion(models.TextChoices):
    """Why a revision was taken: the first word of its ``comment``; "restored" is followed by the number of which."""

    WRITTEN = "written", _("Written")
    CHANGED = "changed", _("Changed")
    FOUND = "found", _("As it was found: loaded or changed outside the desk")
    IMPORTED = "imported", _("Imported")
    RESTORED = "restored", _("An older version was restored")
    REMOVED = "removed", _("Removed")
    RETURNED = "returned", _("Brought back from the removed items")


class ChangeNoteQuerySet(ContentQuerySet):
    def published(self):
        """The notes of items that are live, but not of what was changed before readers could see it."""
        shown = Q(pk__in=[])
        for model in apps.get_models():
            if issubclass(model, Publishable):
                live = model.objects.published().filter(pk=OuterRef("object_id"), published_at__lte=OuterRef("at"))
                shown |= Q(Exists(live), content_type=ContentType.objects.get_for_model(model))
        return self.written().filter(shown)

    def written(self):
        """Those that an editor has not emptied."""
        return self.filter(Q(text_en__gt="") | Q(text_ru__gt=""))

    def of(self, item):
        """The notes of one item, but not of what was changed before readers could see it; others have none."""
        since = getattr(item, "published_at", None)
        if since is None:
            return self.none()
        content_type = ContentType.objects.get_for_model(item)
        return self.written().filter(content_type=content_type, object_id=item.pk, at__gte=since)


class ChangeNote(Content):
    """What an editor tells readers of a change. Those of drafts are kept too: see ``published()``."""

    natural_key_fields = ("uuid",)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, editable=False)
    object_id = models.PositiveBigIntegerField(editable=False)
    item = GenericForeignKey()
    revision = models.OneToOneField(
        Revision, null=True, editable=False, on_delete=models.SET_NULL, related_name="change_note"
    )
    text = CleanCharField(
        _("what changed, for readers"),
        max_length=NOTE_LENGTH,
        blank=True,
        help_text=_("One sentence. It is public as long as the item is live."),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    changed = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ChangeNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on a change")
        verbose_name_plural = _("notes on changes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="publishing_changenote_item")]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return self.item.get_absolute_url()

    @property
    def day(self):
        return timezone.localdate(self.at)


@kept
def noted_of_late(model):
    """``{key of an item: when}`` readers were last told of a change of it, in the last 30 days."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)  # pages turn older by whole days
    notes = ChangeNote.objects.written().filter(
        content_type=ContentType.objects.get_for_model(model), at__gte=today - RECENT
    )
    return dict(notes.order_by("at").values_list("object_id", "at"))


@kept
def ever_noted(model):
    """The keys of all items of which readers were ever told a change: few, and most pages need not ask further."""
    notes = ChangeNote.objects.written().filter(content_type=ContentType.objects.get_for_model(model))
    return set(notes.order_by().values_list("object_id", flat=True))


def notes_of(item):
    """What readers were told of the changes of ``item``, the newest first."""
    return ChangeNote.objects.of(item) if item.pk in ever_noted(type(item)) else []


def note(items):
    """Give each item ``noted_at``: when it was last changed while readers could see it, if that was of late."""
    late = {model: noted_of_late(model) for model in {type(item) for item in items}}
    for item in items:
        at = late[type(item)].get(item.pk)
        item.noted_at = at if at and at >= item.published_at else None


# --- keeping ------------------------------------------------------------------------------------------------------


def remember(model, rows=()):
    """Put ``model`` under revision with its rows: the names by which the item knows them."""
    for name in rows:
        remember(model._meta.get_field(name).related_model)
    if not is_registered(model):
        # The bare column of a translated field holds whatever was saved last.
        bare = [one.translated_field.name for one in model._meta.fields if isinstance(one, TranslationField)]
        register(model, exclude=[*bare, "changed"], follow=rows)


def stored(item):
    """``item`` as the database has it, with its rows and what their names are made of."""
    model = type(item)
    rows = [
        Prefetch(name, model._meta.get_field(name).related_model._base_manager.select_related())
        for name in _get_options(model).follow
    ]
    return model._base_manager.prefetch_related(*rows).get(pk=item.pk)


def keep(item, occasion=Occasion.CHANGED, user=None, note=None, at=None):
    """Take a revision of what the database has of ``item``; ``note`` is a text for readers by language."""
    with create_revision(manage_manually=True):
        set_comment(str(occasion))
        set_user(user)
        if at:
            set_date_created(at)
        if note and any(note.values()):
            texts = {f"text_{code}": text for code, text in note.items()}
            add_meta(ChangeNote, content_type=ContentType.objects.get_for_model(item), object_id=item.pk, **texts)
        add_to_revision(stored(item))


def catch_up(item):
    """Before a change: take a revision of what is stored, unless the last one holds it already."""
    last = Version.objects.get_for_object(item).values_list("revision", flat=True).first()
    if last is None:
        keep(item, Occasion.FOUND, at=getattr(stored(item), "changed", None))
    elif not snapshots(item, [last])[last].agrees_with(snapshot_of(item)):
        keep(item, Occasion.FOUND)


# --- reading ------------------------------------------------------------------------------------------------------


@dataclass
class Snapshot:
    """An item at a time: its fields as serialised, and those of its rows by model and key, each with its name then."""

    model: type
    key: int
    fields: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)

    @classmethod
    def read(cls, model, key, objects):
        """From what the serialiser made, ``[(object, name), …]``; the rows of other items are left out."""
        snapshot = cls(model, key)
        parents = parents_of_rows(model)
        for one, name in objects:
            kind = apps.get_model(one["model"])
            if kind is model and one["pk"] == key:
                snapshot.fields = one["fields"]
            elif kind in parents and one["fields"].get(parents[kind]) == key:
                snapshot.rows[kind, one["pk"]] = one["fields"]
                snapshot.names[kind, one["pk"]] = name
        return snapshot

    def agrees_with(self, now):
        """Whether ``now`` holds the same, as far as this one, which may be older than a migration, knows of it."""
        return self.rows.keys() == now.rows.keys() and all(
            comparable(now_fields.get(name)) == comparable(value)
            for fields, now_fields in [(self.fields, now.fields), *((self.rows[at], now.rows[at]) for at in self.rows)]
            for name, value in fields.items()
        )


def comparable(value):
    return sorted(value) if isinstance(value, list) else value


def parents_of_rows(model):
    """``{model of rows: name of its key to the item}``"""
    relations = [model._meta.get_field(name) for name in _get_options(model).follow]
    return {relation.related_model: relation.field.name for relation in relations}


def snapshot_of(item):
    """What the database has of ``item`` now."""
    item = stored(item)
    rows = []
    for name in _get_options(type(item)).follow:
        try:
            related = getattr(item, name)
        except ObjectDoesNotExist:
            continue
        rows += related.all() if isinstance(related, models.Manager) else [related]
    objects = json.loads(serializers.serialize("json", [item, *rows]))
    return Snapshot.read(type(item), item.pk, zip(objects, ["", *map(str, rows)], strict=True))


def snapshots(item, revisions):
    """``{number: Snapshot}`` of ``item`` in those revisions, in one query."""
    objects = {number: [] for number in revisions}
    for version in Version.objects.filter(revision__in=revisions).defer("object_id", "format"):
        objects[version.revision_id].append((json.loads(version.serialized_data)[0], version.object_repr))
    return {number: Snapshot.read(type(item), item.pk, found) for number, found in objects.items()}


# --- bringing back ------------------------------------------------------------------------------------------------


@transaction.atomic
def bring_back(version):
    """Store a removed item and its rows again, as a draft; the item, and what could not be as it was, in words.

    Raises ``ValidationError`` in words when the item cannot be.
    """
    return Return(version).item_and_remarks


class Return:
    def __init__(self, version):
        self.version = version
        self.remarks = []

    @cached_property
    def item_and_remarks(self):
        item, relations = self.deserialized(self.version)
        model, created = type(item), getattr(item, "created", None)
        if isinstance(item, Publishable):
            item.bring_back_to_draft()
        self.make_storable(item)
        others = model._base_manager
        if hasattr(item, "slug") and others.filter(slug=item.slug).exists():
            item.slug = make_slug(item.slug, lambda slug: others.filter(slug=slug).exists())
            self.remarks.append(_("The address was taken meanwhile; it is “%s” now.") % item.slug)
        item.full_clean()
        item.save(force_insert=True)
        storage.bring_back(item)
        if created:
            model._base_manager.filter(pk=item.pk).update(created=created)
        self.relate(item, relations)
        self.bring_back_rows(item)
        if isinstance(item, Publishable):
            Tombstone.objects.filter(uuid=item.uuid).delete()
        return item, self.remarks

    def deserialized(self, version):
        try:
            return version._object_version.object, version._object_version.m2m_data or {}
        except RevertError as error:
            raise ValidationError(str(error)) from error

    def bring_back_rows(self, item):
        parents = parents_of_rows(type(item))
        for version in self.version.revision.version_set.order_by("content_type", "pk"):
            key = parents.get(version._model)
            row, relations = self.deserialized(version) if key else (None, {})
            if row is None or getattr(row, f"{key}_id") != item.pk:
                continue
            name = f"{capfirst(row._meta.verbose_name)} “{version.object_repr}”"
            try:
                with transaction.atomic():
                    self.make_storable(row)
                    row.full_clean()
                    row.save(force_insert=True)
                    storage.bring_back(row)
                    self.relate(row, relations)
            except ValidationError as error:
                reasons = " ".join(error.messages)
                self.remarks.append(_("%(row)s was left out: %(reasons)s") % {"row": name, "reasons": reasons})

    def make_storable(self, row):
        """Empty what names a row or a file that is no longer there, if it may be empty."""
        for one in row._meta.concrete_fields:
            value = getattr(row, one.attname)
            if one.remote_field and value is not None:
                gone = not one.related_model._base_manager.filter(pk=value).exists()
            else:
                gone = isinstance(one, models.FileField) and value and not storage.is_kept(value.name)
            if not gone:
                continue
            said = {"field": capfirst(one.verbose_name)}
            if not (one.null or (one.blank and not one.remote_field)):
                raise ValidationError(_("What it needs as “%(field)s” has been removed too.") % said)
            setattr(row, one.attname, None if one.remote_field else "")
            if one.editable:
                self.remarks.append(_("“%(field)s” is empty: what stood there has been removed too.") % said)

    def relate(self, row, relations):
        for name, keys in relations.items():
            relation = row._meta.get_field(name)
            found = relation.related_model._base_manager.filter(pk__in=keys)
            getattr(row, name).set(found)
            if len(found) < len(keys):
                said = {"field": capfirst(relation.verbose_name)}
                self.remarks.append(_("“%(field)s” lacks what has been removed too.") % said)
