"""Two people at one item: who saves a form that is no longer up to date is told, and loses nothing.

A form carries a digest of what was stored when it was opened, its rows included. When that has changed, nothing is
saved; each field in which the form and the database differ says what is stored now, and a second save is meant.
"""

from hashlib import sha256

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import transaction
from django.forms.models import _get_foreign_key
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _


class CurrentForm(forms.ModelForm):
    """``outdated`` is set on the class made for a request: what to say above the form, or for a row that it is so."""

    outdated = ""
    gone = False  # whether somebody else has removed the row

    def clean(self):
        data = super().clean()
        if self.gone:
            self.add_error(None, _("This row was removed meanwhile. To save again adds it anew, unless you remove it."))
        elif self.outdated:
            for name in set(self.changed_data) & self.fields.keys() & {*self._meta.fields}:
                self.add_error(name, _("Stored now: %s") % self.stored(name))
            if isinstance(self.outdated, str):
                self.add_error(None, self.outdated)
        return data

    def stored(self, name):
        """The value that the database holds, in words."""
        field, value = self.fields[name], self.get_initial_for_field(self.fields[name], name)
        if isinstance(field, forms.ModelMultipleChoiceField):
            value = ", ".join(map(str, value))
        elif isinstance(field, forms.ModelChoiceField):
            value = field.queryset.filter(pk=value).first()
        elif isinstance(field, forms.ChoiceField):
            value = dict(field.choices).get(value, value)
        return Truncator("—" if value in (None, "") else strip_tags(str(value))).chars(2000)


class RefusesOutdated:
    """For screens whose forms are ``CurrentForm``, those of their rows too."""

    def get_object(self, request, object_id, from_field=None):
        item = super().get_object(request, object_id, from_field)
        if item and transaction.get_connection().in_atomic_block and request.method == "POST":
            # Until the end of the transaction nobody else gets past this line. The history takes a POST without one.
            self.model._base_manager.select_for_update().filter(pk=item.pk).first()
            item = super().get_object(request, object_id, from_field)
        return item

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.outdated = self.outdated(request, obj)
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["digest"] = self.digest(request, obj) if change else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    def digest(self, request, item):
        """What is stored of the item, its relations and its rows, as one word."""
        rows = [self.model._base_manager.get(pk=item.pk)]  # a form that was refused has changed ``item``
        for inline in self.get_inline_instances(request, item):
            to_item = _get_foreign_key(self.model, inline.model, inline.fk_name)
            rows += inline.model._base_manager.filter(**{to_item.name: item}).order_by("pk")
        return sha256(serializers.serialize("json", rows).encode()).hexdigest()[:16]

    def outdated(self, request, item):
        """Why the form that was sent may not be saved, or nothing; looked up once in a request."""
        if request.method != "POST" or item is None:
            return ""
        if not hasattr(request, "outdated"):
            current = request.POST.get("digest") == self.digest(request, item)
            request.outdated = "" if current else self.in_words(item)
        return request.outdated

    def in_words(self, item):
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(item), object_id=item.pk
        ).select_related("user")
        last = entries.first()
        if last is None:
            return _("This was changed after you opened the form. Nothing was saved: see below what is stored now.")
        return _(
            "%(who)s changed this at %(when)s, after you opened the form. Nothing was saved. Below, each field that "
            "differs says what is stored now; save again to replace it by what stands in the form."
        ) % {
            "who": last.user.get_full_name() or last.user.get_username(),
            "when": date_format(timezone.localtime(last.action_time), "H:i"),
        }


class RowsGone:
    """For a formset of an outdated form: what was typed into rows that are no longer stored stands in new ones.

    Django would look for the rows by their numbers and find no place to say that they are gone.
    """

    def __init__(self, data=None, files=None, instance=None, prefix=None, queryset=None, **kwargs):
        prefix, data = prefix or self.get_default_prefix(), data.copy()
        stored = {str(pk) for pk in queryset.values_list("pk", flat=True)}
        initial, total = (min(int(data.get(f"{prefix}-{name}_FORMS") or 0), 1000) for name in ("INITIAL", "TOTAL"))
        key = self.model._meta.pk.name
        kept = [row for row in range(initial) if data.get(f"{prefix}-{row}-{key}") in stored]
        lost = [row for row in range(initial) if row not in kept]
        self.lost = range(len(kept), initial)
        rows = {}
        for place, row in enumerate([*kept, *lost, *range(initial, total)]):
            for name in [name for name in data if name.startswith(f"{prefix}-{row}-")]:
                rows[name.replace(f"-{row}-", f"-{place}-", 1)] = data.pop(name)
            if row in lost:
                rows[f"{prefix}-{place}-{key}"] = [""]
        for name, values in rows.items():
            data.setlist(name, values)
        data[f"{prefix}-INITIAL_FORMS"] = len(kept)
        super().__init__(data, files, instance=instance, prefix=prefix, queryset=queryset, **kwargs)

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.gone = i in self.lost
        return form


class RowRefusesOutdated:
    """For the rows inside such a form."""

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.outdated = bool(self.admin_site.get_model_admin(self.parent_model).outdated(request, obj))
        return type(formset.__name__, (RowsGone, formset), {}) if formset.form.outdated else formset
