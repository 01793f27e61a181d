"""What an item lacks before it goes on the portal. Errors keep it off; advice is for the editor to weigh.

Each model says what it wants in a method ``gaps()`` and in ``is_shown`` whether visitors see the item or will. Nothing
here refuses a draft, nor a change of something shown that lacked the same before.
"""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Gap:
    """``field`` is that of the form at which it can be filled, or the name of the rows there."""

    field: str
    text: str | Promise
    is_error: bool = False

    @property
    def key(self):
        return self.field, str(self.text)


def errors_of(item):
    return [gap for gap in item.gaps() if gap.is_error]


def new_errors(item, publishes=False):
    """What keeps ``item`` from being stored as it now is: errors of something shown that it had not before."""
    if not (publishes or item.is_shown):
        return []
    errors = errors_of(item)
    if errors and item.pk and not publishes:
        stored = type(item)._base_manager.get(pk=item.pk)
        known = {gap.key for gap in errors_of(stored)} if stored.is_shown else set()
        errors = [gap for gap in errors if gap.key not in known]
    return errors


class ChecklistForm(forms.ModelForm):
    """Refuses what would leave something shown with an error; the buttons are noted on the class made for a request."""

    publishes = withdraws = False

    def _post_clean(self):
        super()._post_clean()
        for gap in self.errors_in_the_way():
            self.add_error(gap.field if gap.field in self.fields else None, gap.text)

    def errors_in_the_way(self):
        if self.withdraws or not hasattr(self.instance, "gaps"):
            return []
        return new_errors(self.instance, self.publishes)


class ChecklistScreen:
    """For the screens of what has ``gaps()``."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if self.has_publish_permission(request):
            form.publishes, form.withdraws = "_publish" in request.POST, "_withdraw" in request.POST
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            context["checklist"] = Checklist(context["adminform"].form, context["inline_admin_formsets"])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def ready(self, request, items):
        """Those of ``items`` that may go on the portal; of the others it is said why not."""
        errors = {item: errors_of(item) for item in items if not item.is_shown}
        for item in [item for item in errors if errors[item]][:10]:
            words = {"item": item, "reasons": " ".join(str(gap.text) for gap in errors[item])}
            messages.warning(request, _("Not published: “%(item)s”. %(reasons)s") % words)
        if (more := sum(map(bool, errors.values())) - 10) > 0:
            messages.warning(request, _("Not published for such reasons either: %d.") % more)
        return [item for item in items if not errors.get(item)]


class Checklist:
    """The gaps of a form's item as the panel above it shows them: the stored item, or what was typed and refused."""

    def __init__(self, form, inlines):
        self.form = form
        self.is_shown = form.instance.is_shown
        self.prefixes = {inline.formset.prefix for inline in inlines}
        gaps = [*form.instance.gaps()]
        self.errors = [(self.anchor(gap), gap.text) for gap in gaps if gap.is_error]
        self.advice = [(self.anchor(gap), gap.text) for gap in gaps if not gap.is_error]
        self.advice += self.rows(inlines)

    def anchor(self, gap):
        """Where the gap can be filled, or nothing, if whoever looks may not."""
        if gap.field in self.prefixes:
            return f"{gap.field}-group"
        return self.form[gap.field].id_for_label if gap.field in self.form.fields else ""

    def rows(self, inlines):
        """For each kind of row in which a translation is outdated: where the first of these is."""
        for inline in inlines:
            outdated = [(form, *text) for form in inline.formset.forms for text in form.ticks.values()]
            for form, field, language in outdated[:1]:
                anchor = form[f"{field}_{language}"].id_for_label
                yield anchor, _("Russian outdated: %s") % inline.opts.verbose_name_plural
