"""Whether the Russian of a field is missing, outdated or fresh. The portal knows it by itself: nobody sets a flag.

There is a row for each text whose English was changed after it had been translated. ``Content.save()`` keeps them,
whoever saves; fixtures, ``bulk_create()`` and ``update()`` do not call it and change nothing here.
"""

import re
import unicodedata

from django import forms
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.forms.models import _get_foreign_key
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .differences import difference, readable
from .text import RichTextField
from .wording import day_in_words

SOURCE, *TARGETS = [code for code, name in settings.LANGUAGES]
PLAIN = str.maketrans("‘’‚“”„«»‐‑–—−", '\'\'\'"""""-----')


class Freshness(models.TextChoices):
    MISSING = "missing", _("missing")
    OUTDATED = "outdated", _("outdated")
    FRESH = "fresh", _("fresh")


class OutdatedTranslation(models.Model):
    """One text, the day since which it is outdated, and the English it was made from, in plain words."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()
    field = models.CharField(max_length=50)
    language = models.CharField(max_length=5)
    source = models.TextField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("outdated translation")
        verbose_name_plural = _("outdated translations")
        constraints = [
            models.UniqueConstraint(
                name="publishing_outdatedtranslation_once", fields=["content_type", "object_id", "field", "language"]
            )
        ]

    def __str__(self):
        return f"{self.field}_{self.language}"


# --- what is known ------------------------------------------------------------------------------------------------


def fields_of(model):
    """The names of the fields of ``model`` that are translated."""
    return [field.translated_field.name for field in model._meta.fields if getattr(field, "language", "") == SOURCE]


def outdated_rows(item):
    """The rows of ``item`` by field and language. Lists fetch ``outdated_translations`` in advance."""
    return {(row.field, row.language): row for row in item.outdated_translations.all()} if item.pk else {}


def texts_of(item):
    """``(field, language, Freshness, row)`` of each text; where there is nothing to translate, it is fresh."""
    rows = outdated_rows(item)
    for field, language in [(field, code) for field in fields_of(type(item)) for code in TARGETS]:
        row, state = rows.get((field, language)), Freshness.FRESH
        if getattr(item, f"{field}_{SOURCE}"):
            state = Freshness.OUTDATED if row else Freshness.FRESH
            state = state if getattr(item, f"{field}_{language}") else Freshness.MISSING
        yield field, language, state, row


def untranslated(model, language=TARGETS[0], written=SOURCE):
    """A condition: some field has a text in ``written`` and none in ``language``."""
    condition = Q(pk__in=[])
    for field in fields_of(model):
        there, here = f"{field}_{written}", f"{field}_{language}"
        condition |= Q(**{f"{there}__gt": ""}) & (Q(**{here: ""}) | Q(**{f"{here}__isnull": True}))
    return condition


def outdated(model):
    """A condition: some translation is outdated."""
    rows = OutdatedTranslation.objects.filter(content_type=ContentType.objects.get_for_model(model))
    return Q(Exists(rows.filter(object_id=OuterRef("pk"))))


# --- keeping it ---------------------------------------------------------------------------------------------------


def plain(item, column, text):
    """``text`` as ``column`` would store it, in plain words, with the addresses of links."""
    field = item._meta.get_field(column)
    return readable(field.cleaned(text)) if isinstance(field, RichTextField) else field.cleaned(text)


def comparable(text):
    """``text`` without what makes no other text of it: spaces, the kinds of quotation marks and dashes."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(PLAIN)).strip()


def stored(item, only=None):
    """What the database holds of the texts that are about to be saved: all of them, or of ``only`` these fields."""
    deferred = item.get_deferred_fields()
    columns = [
        f"{field}_{code}"
        for field in fields_of(type(item))
        for code in (SOURCE, *TARGETS)
        if f"{field}_{code}" not in deferred and (only is None or {field, f"{field}_{code}"} & {*only})
    ]
    if item._state.adding or not columns:
        return {}
    return type(item)._base_manager.filter(pk=item.pk).values(*columns).first() or {}


def keep(item, before):
    """Note which translations became outdated by saving ``item``, of which ``before`` was stored, or are no longer."""
    changed = {}
    for column, text in before.items():
        if text != getattr(item, column):
            old, new = plain(item, column, text), plain(item, column, getattr(item, column))
            if comparable(old) != comparable(new):
                changed[column] = old
    touched = {column.rpartition("_")[0] for column in changed} | {field for field, language in item.still_right}
    if not touched:
        return
    rows = {(row.field, row.language): row for row in OutdatedTranslation.objects.filter(**key_of(item))}
    over, new = [], []
    for field, language in [(field, language) for field in touched for language in TARGETS]:
        row, source = rows.get((field, language)), f"{field}_{SOURCE}"
        if row and is_right(item, row, changed):
            over.append(row.pk)
        elif row is None and changed.get(source):
            row = OutdatedTranslation(**key_of(item), field=field, language=language, source=changed[source])
            new += [] if is_right(item, row, changed) else [row]
    if over:
        OutdatedTranslation.objects.filter(pk__in=over).delete()
    if new:
        OutdatedTranslation.objects.bulk_create(new)
    item.still_right = frozenset()
    getattr(item, "_prefetched_objects_cache", {}).pop("outdated_translations", None)


def is_right(item, row, changed):
    """Whether the translation that ``row`` speaks of is not outdated, or there is none."""
    source, translation = f"{row.field}_{SOURCE}", f"{row.field}_{row.language}"
    english = getattr(item, source)
    return (
        (row.field, row.language) in item.still_right
        or translation in changed
        or not (english and getattr(item, translation))
        or comparable(row.source) == comparable(plain(item, source, english))
    )


def key_of(item):
    return {"content_type": ContentType.objects.get_for_model(type(item)), "object_id": item.pk}


# --- in lists -----------------------------------------------------------------------------------------------------


class FreshnessScreen:
    """For screens: asks for translations, those of the rows inside an item's form included."""

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("outdated_translations")

    def render_change_form(self, request, context, *args, **kwargs):
        for rows in context["inline_admin_formsets"]:
            if any(form.ticks for form in rows.formset.forms):
                rows.is_collapsible = False  # what is outdated is not folded away
        return super().render_change_form(request, context, *args, **kwargs)

    def where(self, condition):
        """One of the conditions above, of an item or of one of its rows."""
        found = condition(self.model)
        for inline in self.inlines:
            to_item = _get_foreign_key(self.model, inline.model, inline.fk_name).name
            if fields_of(inline.model):
                rows = inline.model._base_manager.filter(condition(inline.model), **{to_item: OuterRef("pk")})
                found |= Q(Exists(rows))
        return found


# --- beside the fields of a form ----------------------------------------------------------------------------------


class Described(forms.BoundField):
    """Described to screen readers by its help and by how fresh it is, not by the comparison below them."""

    @property
    def aria_describedby(self):
        return (super().aria_describedby or "").replace("_helptext", "_freshness")


class FreshnessForm(forms.ModelForm):
    """Says beside each Russian field that it is missing or outdated; a tick says that it is still right."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ticks = {}
        if self.instance.pk and fields_of(self._meta.model):
            for field, language, state, row in texts_of(self.instance):
                if state != Freshness.FRESH and f"{field}_{language}" in self.fields:
                    self.say(field, language, state, row)

    def say(self, field, language, state, row):
        column = self.fields[f"{field}_{language}"]
        context = {"help": column.help_text, "id": f"{self[f'{field}_{language}'].auto_id}_freshness"}
        if state == Freshness.OUTDATED:
            source = f"{field}_{SOURCE}"
            context["since"] = day_in_words(timezone.localdate(row.since))
            context["difference"] = difference(row.source, plain(self.instance, source, getattr(self.instance, source)))
            context["tick"] = self.tick(field, language)
        column.help_text = render_to_string("admin/freshness.html", context)
        column.bound_field_class = Described
        self._bound_fields_cache.pop(f"{field}_{language}")

    def tick(self, field, language):
        name = f"{field}_{language}_still_right"
        words = _("Minor change: the translation of “%s” is still right")
        words %= capfirst(self._meta.model._meta.get_field(field).verbose_name)
        self.fields[name] = forms.BooleanField(label=words, label_suffix="", required=False)
        self.ticks[name] = (field, language)
        return self[name]

    def clean(self):
        data = super().clean()
        self.instance.still_right = {text for name, text in self.ticks.items() if self.cleaned_data.get(name)}
        return data
