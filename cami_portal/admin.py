"""The admin as a whole, and the accounts of those who use it: for administrators only."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from publishing.admin import SturdyAdmin, SturdyForm

from .accounts import LoginForm, editors, mail_password_link

admin.site.site_header = admin.site.site_title = _("CAMI portal")
admin.site.index_title = _("What do you want to edit?")
admin.site.login_form = LoginForm

admin.site.unregister([User, Group])


def base_url(request):
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


class ForSuperusers:
    """Who may change accounts may become anybody: no permission that a group can hold is enough."""

    def is_superuser(self, request, obj=None):
        return request.user.is_active and request.user.is_superuser

    has_module_permission = has_view_permission = is_superuser
    has_add_permission = has_change_permission = has_delete_permission = is_superuser


class AccountForm(SturdyForm):
    email = forms.EmailField(label=_("E-mail"), max_length=150, help_text=_("Who signs in is known by it."))

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(username=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an account with this e-mail already."))
        return email


@admin.register(User)
class AccountAdmin(ForSuperusers, SturdyAdmin, UserAdmin):
    """``email`` is the account's name too. Nobody sets another's password: a link to set it is sent."""

    form = add_form = AccountForm
    add_form_template = None
    list_display = ["email", "first_name", "last_name", "is_superuser", "is_active", "last_login"]
    list_filter = ["is_superuser", "is_active", "groups"]
    readonly_fields = ["last_login", "date_joined"]
    autocomplete_fields = ["groups"]
    filter_horizontal = []
    actions = ["invite_again"]
    add_fieldsets = [
        (
            None,
            {
                "description": _("A link to set a password is sent by mail. The account may edit all content."),
                "fields": ["email", ("first_name", "last_name")],
            },
        )
    ]
    fieldsets = [
        (None, {"fields": ["email", ("first_name", "last_name")]}),
        (_("Permissions"), {"fields": ["is_active", "is_superuser", "groups"]}),
        (_("Important dates"), {"fields": [("last_login", "date_joined")]}),
    ]

    def save_model(self, request, user, form, change):
        if not change:
            user.is_staff = True
            user.set_unusable_password()
        if "email" in form.changed_data:
            user.username = user.email
        super().save_model(request, user, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            form.instance.groups.add(editors())
            transaction.on_commit(lambda: mail_password_link(form.instance, base_url(request)), robust=True)

    @admin.action(description=_("Send a new invitation"), permissions=["change"])
    def invite_again(self, request, users):
        invited = list(users.filter(is_active=True))
        for user in invited:
            mail_password_link(user, base_url(request))
        messages.success(request, _("Sent to: %s.") % ", ".join(user.email for user in invited))


@admin.register(Group)
class RoleGroupAdmin(ForSuperusers, SturdyAdmin, GroupAdmin):
    pass
