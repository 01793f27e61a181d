"""Addresses of items: one slug for both languages, ASCII, unique; an address that was once public keeps working."""

import re
from functools import cache

from anyascii import anyascii
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import get_script_prefix, reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .content import Content, ContentQuerySet, Identified

SLUG_LENGTH = 80


def make_slug(text, taken=lambda slug: False):
    """A slug for ``text`` in any script, at most 80 characters, with ``-2``, ``-3`` … while ``taken(slug)``."""
    whole = slugify(anyascii(text)) or "item"
    stem = whole if len(whole) <= SLUG_LENGTH else whole[: SLUG_LENGTH + 1].rpartition("-")[0] or whole[:SLUG_LENGTH]
    slug, number = stem, 2
    while taken(slug):
        slug = f"{stem[: SLUG_LENGTH - len(str(number)) - 1]}-{number}"
        number += 1
    return slug


def page_address(view, slug):
    """The address at which ``view`` (its name) shows the item with ``slug``: ``reverse()`` for long lists."""
    before, after = _around_the_slug(view, get_language(), get_script_prefix())
    return f"{before}{slug}{after}"


@cache
def _around_the_slug(view, language, prefix):
    before, _slug, after = reverse(view, args=["slug-of-it"]).rpartition("slug-of-it")
    return before, after


class FormerSlugQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(content_type=ContentType.objects.get_for_model(model))

    def keep_address_of(self, item):
        """Remember the slug that ``item`` has in the database, if it is about to get another one."""
        model = type(item)
        self.of(model).filter(slug=item.slug).delete()  # an address in use leads nowhere else
        old = model.objects.filter(pk=item.pk).exclude(slug=item.slug).values_list("slug", flat=True).first()
        if old:
            content_type = ContentType.objects.get_for_model(model)
            self.update_or_create(content_type=content_type, slug=old, defaults={"object_id": item.pk})


class FormerSlug(models.Model):
    """A slug that an item once had; its address redirects to the present one."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    slug = models.SlugField(max_length=SLUG_LENGTH)
    object_id = models.PositiveBigIntegerField()

    objects = FormerSlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [models.UniqueConstraint(name="publishing_formerslug_unique", fields=["content_type", "slug"])]

    def __str__(self):
        return self.slug


class AddressedQuerySet(ContentQuerySet):
    def moved_from(self, slug):
        """The row whose address once had ``slug``; raises ``DoesNotExist`` when there is none."""
        return self.get(pk__in=FormerSlug.objects.of(self.model).filter(slug=slug).values("object_id"))


class Addressed(Identified, Content):
    """An item with an address.

    ``title_field`` names the translated field that the slug is made from, ``reserved_slugs`` what is an address of the
    portal itself (a regular expression).
    """

    title_field = "title"
    reserved_slugs = r"(?!)"

    slug = models.SlugField(
        _("address"),
        max_length=SLUG_LENGTH,
        unique=True,
        blank=True,
        error_messages={"unique": _("Another item has this address. Choose another word.")},
        help_text=_(
            "The last word of the page’s address. Leave it empty and it is made from the title. "
            "After a change the old address leads to the new one."
        ),
    )

    objects = AddressedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return getattr(self, self.title_field) or self.slug

    @property
    def title_in_any_language(self):
        return getattr(self, f"{self.title_field}_en") or getattr(self, f"{self.title_field}_ru") or ""

    @property
    def languages(self):
        """The codes of the languages that the item exists in: those with a title, and a summary if there is one."""
        codes = [code for code, name in settings.LANGUAGES if getattr(self, f"{self.title_field}_{code}")]
        return [code for code in codes if getattr(self, f"summary_{code}", "")] or codes

    def is_reserved(self, slug):
        return re.fullmatch(self.reserved_slugs, slug) is not None

    def fill_slug(self):
        if not self.slug:
            others = type(self).objects.exclude(pk=self.pk)
            self.slug = make_slug(
                self.title_in_any_language,
                lambda slug: self.is_reserved(slug) or others.filter(slug=slug).exists(),
            )

    def clean(self):
        super().clean()
        self.fill_slug()
        if self.is_reserved(self.slug):
            raise ValidationError(
                {"slug": _("“%s” is an address of the portal itself. Choose another word.") % self.slug}
            )

    @transaction.atomic
    def save(self, *args, **kwargs):
        self.fill_slug()
        FormerSlug.objects.keep_address_of(self)
        super().save(*args, **kwargs)
