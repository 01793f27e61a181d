"""Whose the portal's pictures are, what allows their use, and where they are used, also inside texts."""

import csv
import re

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.views.main import ChangeList
from django.db.models import ForeignKey, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from modeltranslation.fields import TranslationField

from .models import Picture
from .sheets import escaped
from .text import RichTextField

MARK = '<figure data-picture="'
KEY = re.compile(MARK + "([0-9a-f]{32})")
FEW = 4


def places():
    """``(model, its relations to pictures, its columns of rich text)``."""
    for model in apps.get_models():
        fields = model._meta.concrete_fields
        relations = [field.name for field in fields if isinstance(field, ForeignKey) and field.related_model is Picture]
        texts = [
            field.name for field in fields if isinstance(field, RichTextField) and isinstance(field, TranslationField)
        ]
        if relations or texts:
            yield model, relations, texts


def with_pictures(texts):
    """The condition that one of the columns ``texts`` shows a picture. (LIKE would cost a call of ours per row.)"""
    condition = Q(pk__in=[])
    for column in texts:
        condition |= Q(GreaterThan(StrIndex(column, Value(MARK)), 0))
    return condition


def keys_in(item, texts):
    return {key for column in texts for key in KEY.findall(getattr(item, column) or "")}


def uses(pictures):
    """``{pk: [item, …]}``: what shows each of ``pictures``, in as many queries as there are kinds of items."""
    found = {picture.pk: [] for picture in pictures}
    by_key = {picture.uuid.hex: picture.pk for picture in pictures}
    for model, relations, texts in places():
        shown = with_pictures(texts)
        for relation in relations:
            shown |= Q(**{f"{relation}__in": list(found)})
        for item in model._default_manager.filter(shown):
            pks = {getattr(item, f"{relation}_id") for relation in relations}
            pks |= {by_key.get(key) for key in keys_in(item, texts)}
            for pk in pks & found.keys():
                found[pk].append(item)
    return found


def used(published=False):
    """The condition that a picture is used, or used by what readers see."""
    condition, keys = Q(pk__in=[]), set()
    for model, relations, texts in places():
        items = model._default_manager.published() if published else model._default_manager.all()
        for relation in relations:
            condition |= Q(pk__in=items.exclude(**{relation: None}).values(relation))
        for item in items.filter(with_pictures(texts)).only(*texts):
            keys |= keys_in(item, texts)
    return condition | Q(uuid__in=keys)


def address(item):
    return reverse(admin_urlname(item._meta, "change"), args=[item.pk])


class RightsFilter(admin.SimpleListFilter):
    title = gettext_lazy("rights")
    parameter_name = "rights"

    def lookups(self, request, model_admin):
        return [("lacking", _("without credit or licence")), ("unproven", _("without proof of permission"))]

    def queryset(self, request, pictures):
        if self.value() == "lacking":
            return pictures.filter(Q(credit="") | Q(licence=""))
        return pictures.filter(permission="") if self.value() == "unproven" else None


class UseFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("live", _("on the portal now")), ("some", _("used")), ("none", _("not used"))]

    def queryset(self, request, pictures):
        if self.value() == "none":
            return pictures.exclude(used())
        return pictures.filter(used(self.value() == "live")) if self.value() in ("live", "some") else None


class LedgerList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        found = uses(self.result_list)
        for picture in self.result_list:
            picture.items = found[picture.pk]


class Ledger:
    """For the screen of pictures."""

    def get_changelist(self, request, **kwargs):
        return LedgerList

    @admin.display(description=gettext_lazy("rights"), ordering="credit")
    def rights(self, picture):
        """Credit, licence and whether there is proof, each or that it is missing."""
        said = [
            ("", f"© {picture.credit}") if picture.credit else ("state withdrawn", _("no credit")),
            ("", picture.licence) if picture.licence else ("state withdrawn", _("no licence")),
            ("state live", _("proof")) if picture.permission else ("state withdrawn", _("no proof")),
        ]
        return format_html_join("", '<p><span class="{}">{}</span></p>', said)

    @admin.display(description=gettext_lazy("used by"))
    def used_by(self, picture):
        """Links to what shows the picture; in the list the first few, in the form all."""
        items = picture.items[:FEW] if hasattr(picture, "items") else uses([picture])[picture.pk]
        lines = [(address(item), item, item.state, item.state.label) for item in items]
        shown = format_html_join("", '<p><a href="{}">{}</a> <span class="state {}">{}</span></p>', lines)
        more = len(getattr(picture, "items", [])) - FEW
        return format_html("{}<p>{}</p>", shown, _("and %d more") % more) if more > 0 else shown or "—"

    def get_deleted_objects(self, pictures, request):
        """What shows a picture inside its text holds it as a relation does: first it must be taken out there."""
        deleted, counts, lacking, protected = super().get_deleted_objects(pictures, request)
        texts = {item for items in uses(list(pictures)).values() for item in items}
        named = {str(line) for line in protected}
        for item in sorted(texts, key=str):
            line = format_html('{}: <a href="{}">{}</a>', capfirst(item._meta.verbose_name), address(item), item)
            if line not in named:
                protected.append(line)
        return deleted, counts, lacking, protected

    def write_ledger(self, request, file):
        """The list as it is filtered, every row of it, as a table for a spreadsheet."""
        pictures = self.get_changelist_instance(request).get_queryset(request)
        found = uses(pictures)
        columns = ["file", "alt_en", "alt_ru", "caption_en", "caption_ru", "credit", "licence", "permission"]
        names = [self.model._meta.get_field(name).verbose_name for name in columns]
        # In Russian, spreadsheets expect semicolons: with commas everything would stand in one column.
        table = csv.writer(file, delimiter=";" if get_language() == "ru" else ",")
        table.writerow([*names, _("width"), _("height"), _("used by")])
        for picture in pictures:
            items = "; ".join(f"{item} ({item.state.label})" for item in found[picture.pk])
            row = [*(getattr(picture, name) or "" for name in columns), picture.width, picture.height, items]
            table.writerow([escaped(str(cell)) for cell in row])
