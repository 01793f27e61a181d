"""Who may change what in the admin: all of an item, its translation, or nothing.

Roles are sets of permissions (``cami_portal/roles.py``). Every screen and every door beside it asks the methods here.
"""

import copy

from django.conf import settings
from modeltranslation.fields import TranslationField

PUBLISH, TRANSLATE = "publishing.publish", "publishing.translate"


def is_translation(field):
    """Whether a form's field holds a text in another language than that of the sources."""
    return isinstance(field, TranslationField) and field.language != settings.LANGUAGES[0][0]


class ByRole:
    """For screens: what a user may not change is shown and cannot be changed, also by a forged request."""

    def may_write(self, request, item):
        return request.user.has_perm(PUBLISH)

    def may_translate(self, request, item):
        return request.user.has_perm(TRANSLATE)

    def has_publish_permission(self, request):
        return request.user.has_perm(PUBLISH)

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or self.may_write(request, obj) or self.may_translate(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or self.may_write(request, obj))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if change and not self.may_write(request, obj):
            disable_all_but_translations(form, self.model)
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        can_change = change and self.has_change_permission(request, obj)
        context["only_translations"] = can_change and not self.may_write(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_prepopulated_fields(self, request, obj=None):
        return super().get_prepopulated_fields(request, obj) if obj is None else {}


class PartByRole:
    """The same for the rows inside a form: who only translates adds and removes none."""

    def may_write(self, request, obj):
        return obj is None or self.admin_site.get_model_admin(self.parent_model).may_write(request, obj)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self.may_write(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_write(request, obj)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        if not self.may_write(request, obj):
            disable_all_but_translations(formset.form, self.model)
        return formset


def own_fields(form):
    """Before a field of a form's class is changed for one request: what is declared belongs to the forms of all."""
    form.base_fields = copy.deepcopy(form.base_fields)


def disable_all_but_translations(form, model):
    """A disabled field keeps its value whatever is sent for it."""
    translations = {field.name for field in model._meta.fields if is_translation(field)}
    own_fields(form)
    for name, field in form.base_fields.items():
        field.disabled = name not in translations
