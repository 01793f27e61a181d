"""The admin as a whole, and the accounts of those who use it: for administrators only."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from publishing.formats import site_of
from publishing.screens import SturdyAdmin, SturdyForm

from .accounts import mail_password_link
from .signin import remove_second_factor

admin.site.site_header = admin.site.site_title = _("CAMI portal")
admin.site.index_title = _("What do you want to edit?")

admin.site.unregister([User, Group, EmailAddress, Authenticator])
# Django calls them users; the column headings and messages shall say what the desk says.
apps.get_app_config("auth").verbose_name = _("Accounts")
User._meta.verbose_name, User._meta.verbose_name_plural = _("account"), _("accounts")

# Django's sentences round the name of a thing. Its Russian bends neither gender nor case: the portal's own, in locale/,
# says the same without. They stand here to be collected.
NEUTRAL = [
    _("Add %s"),
    _("Change %s"),
    _("View %s"),
    _("Add %(name)s"),
    _("Cannot delete %(name)s"),
    _("Successfully deleted %(count)d %(items)s."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("Added {name} “{object}”."),
    _("Changed {fields} for {name} “{object}”."),
    _("Deleted {name} “{object}”."),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"?'
        " All of the following related items will be deleted:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s?"
        " All of the following objects and their related items will be deleted:"
    ),
]


ROLE_NAMES = {
    "Author": _("Author"),
    "Translator": _("Translator"),
    "Editor": _("Editor"),
    "Administrator": _("Administrator"),
}
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


class RoleFilter(admin.SimpleListFilter):
    title, parameter_name = _("role"), "role"

    def lookups(self, request, model_admin):
        return ROLE_NAMES.items()

    def queryset(self, request, users):
        return users.filter(groups__name=self.value()) if self.value() in ROLE_NAMES else None


class SecondFactorFilter(admin.SimpleListFilter):
    title, parameter_name = _("two-factor sign-in"), "second_factor"

    def lookups(self, request, model_admin):
        return [("yes", _("set up")), ("no", _("not set up"))]

    def queryset(self, request, users):
        return users.filter(second_factor=self.value() == "yes") if self.value() in ("yes", "no") else None


@admin.register(User)
class AccountAdmin(SturdyAdmin, UserAdmin):
    """For Administrators. ``email`` is the account's name too; nobody sets another's password: a link is sent.

    A superuser, whom only the command line makes, is out of their reach.
    """

    form = add_form = AccountForm
    add_form_template = None
    list_display = ["email", "first_name", "last_name", "roles", "is_active", "has_second_factor", "last_login"]
    list_filter = ["is_active", RoleFilter, SecondFactorFilter]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    actions = ["invite_again", "remove_second_factor"]
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
        devices = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return super().get_queryset(request).prefetch_related("groups").annotate(second_factor=Exists(devices))

    @admin.display(description=_("roles"))
    def roles(self, user):
        return ", ".join(str(ROLE_NAMES.get(group.name, group.name)) for group in user.groups.all())

    @admin.display(description=_("two-factor sign-in"), boolean=True)
    def has_second_factor(self, user):
        return user.second_factor

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
            transaction.on_commit(lambda: mail_password_link(form.instance, site_of(request)), robust=True)
            messages.info(request, _("An invitation is mailed to %s.") % form.instance.email)

    @admin.action(description=_("Send a new invitation"), permissions=["change"])
    def invite_again(self, request, users):
        invited = list(users.filter(is_active=True))
        for user in invited:
            mail_password_link(user, site_of(request))
        messages.success(request, _("Sent to: %s.") % ", ".join(user.email for user in invited))

    @admin.action(description=_("Remove two-factor sign-in (telephone lost)"), permissions=["change"])
    def remove_second_factor(self, request, users):
        """For others; who still has the own telephone removes it at an address that asks for the password."""
        others = [user for user in users if user != request.user and self.has_change_permission(request, user)]
        removed = [user for user in others if remove_second_factor(user)]
        for user in removed:
            self.log_change(request, user, _("Two-factor sign-in removed."))
        if removed:
            messages.success(request, _("Removed, and told by mail: %s.") % ", ".join(user.email for user in removed))
        else:
            messages.warning(request, _("None of these accounts has a second factor that you could remove."))
