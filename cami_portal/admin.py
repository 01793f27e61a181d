"""The admin as a whole, and the accounts of those who use it: for administrators only."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from publishing.screens import SturdyAdmin, SturdyForm

from .accounts import LoginForm, mail_password_link

admin.site.site_header = admin.site.site_title = _("CAMI portal")
admin.site.index_title = _("What do you want to edit?")
admin.site.login_form = LoginForm

admin.site.unregister([User, Group])


def base_url(request):
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


# What the names of the groups mean to who chooses one.
ROLE_LABELS = {
    "Author": _("Author: writes own items and sends them for review"),
    "Translator": _("Translator: writes the Russian of everything"),
    "Editor": _("Editor: changes and publishes everything"),
    "Administrator": _("Administrator: also keeps accounts and sees private contacts"),
}


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group):
        return ROLE_LABELS.get(group.name, group.name)


class AccountForm(SturdyForm):
    groups = RolesField(label=_("Roles"), queryset=Group.objects.order_by("pk"), widget=forms.CheckboxSelectMultiple)
    email = forms.EmailField(label=_("E-mail"), max_length=150, help_text=_("Who signs in is known by it."))

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(username=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an account with this e-mail already."))
        return email


@admin.register(User)
class AccountAdmin(SturdyAdmin, UserAdmin):
    """For Administrators. ``email`` is the account's name too; nobody sets another's password: a link is sent.

    A superuser, whom only the command line makes, is out of their reach.
    """

    form = add_form = AccountForm
    add_form_template = None
    list_display = ["email", "first_name", "last_name", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    actions = ["invite_again"]
    add_fieldsets = [
        (
            None,
            {
                "description": _("A link to set a password is sent by mail."),
                "fields": ["email", ("first_name", "last_name"), "groups"],
            },
        )
    ]
    fieldsets = [
        (None, {"fields": ["email", ("first_name", "last_name")]}),
        (_("Permissions"), {"fields": ["is_active", "groups"]}),
        (_("Important dates"), {"fields": [("last_login", "date_joined")]}),
    ]

    def get_urls(self):
        return super(UserAdmin, self).get_urls()  # without the page that sets another's password

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def roles(self, user):
        return ", ".join(group.name for group in user.groups.all())

    def has_change_permission(self, request, obj=None):
        reachable = obj is None or request.user.is_superuser or not obj.is_superuser
        return super().has_change_permission(request, obj) and reachable

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
            transaction.on_commit(lambda: mail_password_link(form.instance, base_url(request)), robust=True)

    @admin.action(description=_("Send a new invitation"), permissions=["change"])
    def invite_again(self, request, users):
        invited = list(users.filter(is_active=True))
        for user in invited:
            mail_password_link(user, base_url(request))
        messages.success(request, _("Sent to: %s.") % ", ".join(user.email for user in invited))
