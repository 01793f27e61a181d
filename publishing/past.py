"""The past at the desk: history, comparison, older versions in the form, and the bin. What is kept: ``history.py``.

All obey the permissions of the form: who may see an item sees its history; who may write it may take an older version
into the form; who may publish may bring removed items back.
"""

import json
import re
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import InvalidPage, Paginator
from django.db import IntegrityError, models
from django.forms.models import _get_foreign_key
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from reversion.models import Revision, Version

from .comparison import Names, changes, in_python, moment, nothing, past_item, shown_fields, word_by_word
from .history import (
    NOTE_LENGTH,
    Occasion,
    Snapshot,
    bring_back,
    catch_up,
    keep,
    parents_of_rows,
    remember,
    snapshot_of,
    snapshots,
)
from .permissions import own_fields
from .states import Publishable
from .text import CleanCharField
from .wording import name_of

PER_PAGE = 50
NUMBER = r"[1-9][0-9]{0,8}"
NOTES = {"change_note_en": "en", "change_note_ru": "ru"}
# Of these the form keeps what is stored now: an older version neither publishes nor withdraws, nor moves an item.
NOT_RESTORED = {"published_at", "expires_at", "submitted_at", "withdrawn_at", "slug"}


# --- what the screens show ------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """A revision in a history: what it changed, compared with the one before it, if there is one."""

    revision: Revision
    before: int | None = None
    occasion: str = ""
    changes: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    states: list = field(default_factory=list)  # the state before and after, if it changed

    @property
    def when(self):
        return moment(self.revision.date_created)

    @property
    def note(self):
        return getattr(self.revision, "change_note", None)

    @property
    def who(self):
        user = self.revision.user
        return user and (user.get_full_name() or user.get_username())


def entries(item, numbers):
    """``[Entry]`` for revisions in descending order; the last of them only to compare with."""
    found = Revision.objects.select_related("user", "change_note").in_bulk(numbers)
    past = snapshots(item, numbers)
    names = Names(past.values())
    older = {revision.comment.partition(" ")[2] for revision in found.values()} - {""}
    restored = Revision.objects.in_bulk([int(number) for number in older if number.isdecimal()])
    shown = []
    for number, before in zip(numbers, [*numbers[1:], None], strict=False):
        entry = Entry(found[number], before, occasion_in_words(found[number], restored))
        if before:
            entry.changes, entry.rows = changes(past[before], past[number], names)
            entry.states = states(past[before], past[number], found[number].date_created)
        shown.append(entry)
    return shown


def occasion_in_words(revision, restored):
    word, _space, number = revision.comment.partition(" ")
    if word == Occasion.RESTORED and number.isdecimal() and int(number) in restored:
        return _("The version of %s was restored") % moment(restored[int(number)].date_created)
    return Occasion(word).label if word in Occasion.values else revision.comment


def states(old, new, at):
    if not issubclass(new.model, Publishable):
        return []
    both = [past_item(snapshot).state_at(at) for snapshot in (old, new)]
    return both if both[0] != both[1] else []


# --- an older version in the form -----------------------------------------------------------------------------------


class Restoration:
    """What the form is filled with instead of what is stored; ``lost`` says in words what cannot be taken from it."""

    def __init__(self, revision, then, now):
        self.revision, self.then, self.now = revision, then, now
        self.names = Names([then, now])
        self.lost = []

    @property
    def unavailable(self):
        """What cannot be taken from it, in words."""
        return self.lost if self.fields is not None and self.rows is not None else []

    @cached_property
    def changes(self):
        """What saving the form would change."""
        fields, rows = changes(self.now, self.then, self.names)
        kept = [one for one in fields if one.field.name not in NOT_RESTORED and not is_file(one.field)]
        return word_by_word(kept, rows)

    @cached_property
    def fields(self):
        return self.initial(self.then.model, self.then.fields, self.now.fields)

    @cached_property
    def rows(self):
        """``{model: {key: values of the form}}``"""
        rows = {model: {} for model in parents_of_rows(self.then.model)}
        for model, key in self.then.rows:
            now = self.now.rows.get((model, key), {})
            rows[model][key] = self.initial(
                model, self.then.rows[model, key], now, parents_of_rows(self.then.model)[model]
            )
        return rows

    def initial(self, model, then, now, parent=None):
        values = {}
        for one in shown_fields(model, parent):
            if one.name not in then or one.name in NOT_RESTORED:
                continue
            value = then[one.name]
            if is_file(one):
                if value and value != now.get(one.name):
                    self.lost.append(_("%s: the file of that time. Choose it anew, if it is needed.") % name_of(one))
                continue
            if one.remote_field:
                keys = value if one.many_to_many else [value] if value else []
                for key in keys:
                    if not self.names.is_there(one.related_model, key):
                        self.lost.append(f"{name_of(one)}: {self.names.of(one.related_model, key)}")
                there = [key for key in keys if self.names.is_there(one.related_model, key)]
                value = there if one.many_to_many else next(iter(there), None)
            values[one.name] = value if one.many_to_many else in_python(one, value)
        return values


def is_file(one):
    return isinstance(one, models.FileField)


class OlderForm:
    """For a form that opens with ``older`` values in the place of those that are stored."""

    older = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"initial": self.older} | kwargs)


class OlderRows:
    """For a formset that opens with rows as they were: later ones ticked for removal, removed ones as new."""

    older = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        stored = [row.pk for row in self.get_queryset()]
        if self.fk.unique and stored and self.older:  # there can be one only: it is the same
            self.older = {stored[0]: next(iter(self.older.values()))}
        self.initial_extra = [values for key, values in self.older.items() if key not in stored]
        self.extra = len(self.initial_extra)

    def _construct_form(self, i, **kwargs):
        if i < self.initial_form_count():
            kwargs["initial"] = self.older.get(self.get_queryset()[i].pk, {"DELETE": True})
        return super()._construct_form(i, **kwargs)


# --- notes for readers ----------------------------------------------------------------------------------------------


class NoteField(forms.CharField):
    def __init__(self, code, language):
        label = format_lazy("{} ({})", _("What changed, for readers"), language)
        widget = forms.Textarea(attrs={"rows": 2, "lang": code, "class": "vTextField"})
        super().__init__(label=label, widget=widget, required=False, max_length=NOTE_LENGTH)
        self.widget.attrs.pop("maxlength")  # a browser would cut a long paste without a word

    def clean(self, value):
        return CleanCharField.cleaned(super().clean(value))


class NoteFields(forms.Form):
    """For the form of an item: fields that are not the item's, and are not compared with what is stored."""

    change_note_en = NoteField("en", _("English"))
    change_note_ru = NoteField("ru", _("Russian"))

    @cached_property
    def changed_data(self):
        return [name for name in super().changed_data if name not in NOTES]


class TakesNotes:
    """For screens of what readers see: an editor may tell them what changed."""

    def takes_note(self, request, item):
        return item is not None and self.has_change_permission(request, item)

    def note_fieldsets(self, request, item):
        if not self.takes_note(request, item):
            return []
        description = _(
            "Optional: “Range State list corrected: Turkmenistan added”. "
            "Public as long as the item is live, unless written before it was published."
        )
        return [(_("What changed, for readers"), {"description": description, "fields": [tuple(NOTES)]})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if change and self.takes_note(request, obj):
            kwargs.setdefault("form", type(self.form.__name__, (NoteFields, self.form), {}))
        form = super().get_form(request, obj, change=change, **kwargs)
        own_fields(form)
        for name, code in NOTES.items():
            if name in form.base_fields:
                own_language = code != settings.LANGUAGES[0][0] and self.may_translate(request, obj)
                form.base_fields[name].disabled = not (own_language or self.may_write(request, obj))
        return form


# --- the screens ----------------------------------------------------------------------------------------------------


class KeepsHistory:
    """For screens of content. Write it before ``ByRole``."""

    delete_confirmation_template = "admin/delete_kept.html"

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        keys = [_get_foreign_key(model, inline.model, inline.fk_name) for inline in self.inlines]
        remember(model, [key.remote_field.get_accessor_name() for key in keys])

    def get_urls(self):
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("bin/", view(self.bin_view), name=f"{name}_bin"),
            re_path(rf"^bin/(?P<version>{NUMBER})/$", view(self.return_view), name=f"{name}_return"),
            path("<path:object_id>/history/compare/", view(self.compare_view), name=f"{name}_compare"),
            re_path(
                rf"^(?P<object_id>.+)/history/(?P<revision>{NUMBER})/$",
                view(self.restore_view),
                name=f"{name}_restore",
            ),
            *super().get_urls(),
        ]

    # Whatever is logged is kept.

    def save_model(self, request, item, form, change):
        if change:
            catch_up(item)
        request.change_note = {code: form.cleaned_data.get(name, "") for name, code in NOTES.items()}
        super().save_model(request, item, form, change)

    def log_addition(self, request, item, message):
        keep(item, Occasion.WRITTEN, request.user)
        return super().log_addition(request, item, message)

    def log_change(self, request, item, message):
        restored = request.GET.get("restored", "")
        occasion = Occasion.CHANGED
        if re.fullmatch(NUMBER, restored, re.ASCII) and self.versions(item).filter(revision=int(restored)).exists():
            occasion = f"{Occasion.RESTORED} {restored}"
        keep(item, occasion, request.user, getattr(request, "change_note", None))
        return super().log_change(request, item, message)

    def log_deletions(self, request, queryset):
        for item in queryset:
            catch_up(item)
            keep(item, Occasion.REMOVED, request.user)
        return super().log_deletions(request, queryset)

    def versions(self, item):
        return Version.objects.get_for_object(item).order_by("-revision_id")

    # History and comparison: for who may see the item.

    def visible(self, request, object_id):
        item = self.get_object(request, unquote(object_id))
        if item is None:
            raise Http404
        if not self.has_view_or_change_permission(request, item):
            raise PermissionDenied
        return item

    def history_view(self, request, object_id, extra_context=None):
        item = self.visible(request, object_id)
        numbers = self.versions(item).values_list("revision", flat=True)
        page = page_of(numbers, request)
        # The newest stands on each page, so that any can be compared with it; the last is only looked at.
        newest = list(numbers[:1]) if page.number > 1 else []
        shown = [*page, *numbers[page.end_index() : page.end_index() + 1]]
        listed = entries(item, shown)[: len(page)]
        context = {
            "title": _("History: %s") % item,
            "entries": [*entries(item, newest), *listed],
            "newest": numbers.first() if page.number > 1 else shown and shown[0],
            "page": page,
            "page_range": page.paginator.get_elided_page_range(page.number),
            "may_restore": self.may_restore(request, item),
        }
        return self.past_page(request, "admin/history.html", item, context)

    @method_decorator(require_safe)
    def compare_view(self, request, object_id):
        item = self.visible(request, object_id)
        numbers = sorted(number_in(request, name) for name in ("from", "to"))
        found = self.versions(item).filter(revision__in=numbers).values_list("revision", flat=True)
        if set(found) != set(numbers):
            raise Http404
        past = snapshots(item, numbers)
        old, new = (past[number] for number in numbers)
        fields, rows = word_by_word(*changes(old, new, Names(past.values())))
        revisions = Revision.objects.select_related("user", "change_note").in_bulk(numbers)
        context = {
            "title": _("What changed: %s") % item,
            "sides": [
                Entry(revisions[number], occasion=occasion_in_words(revisions[number], {})) for number in numbers
            ],
            "changes": fields,
            "rows": rows,
            "may_restore": self.may_restore(request, item),
            "newest": self.versions(item).values_list("revision", flat=True).first(),
        }
        return self.past_page(request, "admin/compare.html", item, context)

    def past_page(self, request, template, item, context):
        request.current_app = self.admin_site.name
        common = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**common, "opts": self.opts, "item": item, **context})

    # An older version in the form: for who may write the item. It is saved by the form as anything else.

    def may_restore(self, request, item):
        return self.has_change_permission(request, item) and self.may_write(request, item)

    @method_decorator(require_safe)
    def restore_view(self, request, object_id, revision):
        item = self.visible(request, object_id)
        if not self.may_restore(request, item):
            raise PermissionDenied
        version = get_object_or_404(self.versions(item).select_related("revision__user"), revision=int(revision))
        then = snapshots(item, [version.revision_id])[version.revision_id]
        request.restoration = Restoration(Entry(version.revision), then, snapshot_of(item))
        form = reverse(admin_urlname(self.opts, "change"), args=[quote(item.pk)])
        return self.changeform_view(request, object_id, f"{form}?restored={version.revision_id}")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if restoration := getattr(request, "restoration", None):
            form = type(form.__name__, (OlderForm, form), {"older": restoration.fields})
        return form

    def get_formsets_with_inlines(self, request, obj=None):
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            if restoration := getattr(request, "restoration", None):
                older = restoration.rows[inline.model]
                formset = type(formset.__name__, (OlderRows, formset), {"older": older})
                if inline.model in {row.model for row in restoration.changes[1]}:
                    inline.classes = [name for name in inline.classes or [] if name != "collapse"]
            yield formset, inline

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        restoration = getattr(request, "restoration", None)
        if restoration:
            context |= {"restoration": restoration, "title": _("Older version: %s") % obj, "subtitle": None}
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if restoration:
            response.template_name = "admin/restore.html"
        return response

    # The bin: for who may publish.

    def may_bring_back(self, request):
        return self.has_publish_permission(request) and self.has_add_permission(request)

    def changelist_view(self, request, extra_context=None):
        address = self.may_bring_back(request) and reverse(admin_urlname(self.opts, "bin"))
        return super().changelist_view(request, {"bin": address, **(extra_context or {})})

    @method_decorator(require_safe)
    def bin_view(self, request):
        if not self.may_bring_back(request):
            raise PermissionDenied
        removed = Version.objects.get_deleted(self.model).select_related("revision__user").order_by("-revision_id")
        page = page_of(removed, request)
        context = {
            "title": _("Removed items: %s") % self.opts.verbose_name_plural,
            "removed": [(version, self.removed_item(version), Entry(version.revision)) for version in page],
            "page": page,
            "page_range": page.paginator.get_elided_page_range(page.number),
        }
        return self.past_page(request, "admin/bin.html", None, context)

    def return_view(self, request, version):
        """What a removed item held, and the button that brings it back."""
        if not self.may_bring_back(request):
            raise PermissionDenied
        removed = Version.objects.get_deleted(self.model).select_related("revision__user")
        version = get_object_or_404(removed, pk=int(version))
        if request.method == "POST":
            return self.bring_back(request, version)
        item = self.removed_item(version)
        then = snapshots(item, [version.revision_id])[version.revision_id]
        fields, rows = changes(nothing(then), then, Names([then]))
        context = {
            "title": _("Removed: %s") % item,
            "removed": Entry(version.revision),
            "changes": fields,
            "rows": rows,
            "held": True,
            "is_publishable": issubclass(self.model, Publishable),
        }
        return self.past_page(request, "admin/return.html", item, context)

    def removed_item(self, version):
        return past_item(Snapshot(self.model, int(version.object_id), json.loads(version.serialized_data)[0]["fields"]))

    def bring_back(self, request, version):
        try:
            item, remarks = bring_back(version)
        except ValidationError as error:
            reasons = " ".join(error.messages)
            messages.error(
                request, _("“%(item)s” cannot be brought back. %(reasons)s") % {"item": version, "reasons": reasons}
            )
            return redirect(admin_urlname(self.opts, "bin"))
        except IntegrityError:
            messages.error(
                request, _("Somebody changed the same thing at the same moment. Nothing was saved: try again.")
            )
            return redirect(admin_urlname(self.opts, "bin"))
        keep(item, Occasion.RETURNED, request.user)
        super().log_addition(request, item, Occasion.RETURNED.label)
        for remark in remarks:
            messages.warning(request, remark)
        back = _("“%s” is back, as a draft.") if isinstance(item, Publishable) else _("“%s” is back.")
        messages.success(request, back % item)
        return redirect(admin_urlname(self.opts, "change"), quote(item.pk))


def page_of(rows, request):
    """The page that an address asks for; wrong numbers answer 404."""
    number = request.GET.get("p", "1")
    try:
        return Paginator(rows, PER_PAGE).page(int(number) if re.fullmatch(NUMBER, number, re.ASCII) else 0)
    except InvalidPage as error:
        raise Http404 from error


def number_in(request, name):
    value = request.GET.get(name, "")
    if not re.fullmatch(NUMBER, value, re.ASCII):
        raise BadRequest
    return int(value)
