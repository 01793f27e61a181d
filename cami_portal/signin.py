"""Signing in: who gets to the desk, with which second factor, after how many tries. allauth does it, bent here.

What allauth asks an adapter stands in the adapters. Limits are settings (``ACCOUNT_RATE_LIMITS``), addresses are in
``accounts.py``, and the ends of sessions in ``sessions.py``.
"""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.views import logout
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.decorators import rate_limit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.core.validators import MaxLengthValidator
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from .errors import too_many_requests
from .sessions import SessionStore

logger = logging.getLogger(__name__)

LONGEST_PASSWORD = 4096  # letters; hashing more would only keep a worker busy


# --- who gets in --------------------------------------------------------------------------------------------------


def lacks_second_factor(user):
    """Whether ``user`` keeps accounts and signs in by password alone. Asked for once in a request."""
    if not hasattr(user, "lacks_second_factor"):
        user.lacks_second_factor = (
            user.has_perm("auth.change_user")
            and not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
        )
    return user.lacks_second_factor


class GuardedAdmin(AdminSite):
    """Django's admin, behind allauth's door. All its addresses ask ``has_permission``."""

    def has_permission(self, request):
        permitted = super().has_permission(request)
        return permitted and not (settings.REQUIRE_MFA and lacks_second_factor(request.user))

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """Where every address of the admin sends those whom it does not let in."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_anonymous:
            return redirect_to_login(request.GET.get("next") or "/admin/")
        if request.user.is_staff:
            return redirect("mfa_activate_totp")
        raise PermissionDenied

    @method_decorator(require_POST)
    def logout(self, request, extra_context=None):
        return logout(request)

    password_change = method_decorator(rate_limit(action="change_password"))(AdminSite.password_change)

    def each_context(self, request):
        return super().each_context(request) | {"lacks_second_factor": lacks_second_factor(request.user)}


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "E-mail and password do not belong together, or the account may not edit. Try again."
        ),
        "incorrect_password": _("This is not the password of your account."),
    }

    def is_open_for_signup(self, request):
        return False

    def get_login_stages(self):
        return ["allauth.mfa.stages.AuthenticateStage"]

    def pre_authenticate(self, request, **credentials):
        """Count this try, until it succeeds: of this account from this address, and of this account from anywhere.

        The first limit is low, the second so high that nobody locks others out without many addresses.
        """
        account = credentials["username"].lower()
        limits = [("login_failed", f"{account} {ratelimit.get_ip(request)}"), ("login_failed_anywhere", account)]
        counted = [ratelimit.consume(request, app="allauth.account", action=action, key=key) for action, key in limits]
        if not all(counted):
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = ratelimit.RateLimitUsage([one for count in counted for one in count.usage])

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        return user if user and user.is_staff else None

    def validation_error(self, code, *args):
        if code in ("too_many_login_attempts", "rate_limited"):
            raise ImmediateHttpResponse(too_many_requests(self.request))
        return super().validation_error(code, *args)

    def login(self, request, user):
        """Sign in. Who has no second factor yet can set it up for five minutes without the password a second time."""
        super().login(request, user)
        if not Authenticator.objects.filter(user_id=user.pk).exists():
            reauthenticate_by_password(request)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        tell_owner(user, CHANGES[template_prefix])


# --- the second factor --------------------------------------------------------------------------------------------

# What an owner is told by mail, by the name that allauth has for it.
CHANGES = {
    "mfa/email/totp_activated": _("Two-factor sign-in was set up."),
    "mfa/email/totp_deactivated": _("Two-factor sign-in was removed."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made; the former ones are void."),
}
REMOVED = _("Two-factor sign-in was removed by an Administrator. Sign in by your password and set it up anew.")


def tell_owner(user, change):
    """Mail what changed about the sign-in of ``user``; a mail server that is away stops nothing."""
    text = render_to_string("registration/change_email.txt", {"user": user, "change": change})
    subject = render_to_string("registration/change_subject.txt").strip()
    try:
        EmailMessage(subject, text, to=[user.email]).send()
    except OSError:
        logger.exception("The mail about a change of an account could not be sent")


def remove_second_factor(user):
    """For somebody whose telephone is lost: neither it nor any open session opens the account any more."""
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if removed:
        SessionStore.end_all(user)
        tell_owner(user, REMOVED)
    return bool(removed)


class TwoFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right, or it was used already. Each code of the app lives for half a minute."
        ),
        "cannot_generate_recovery_codes": _("Set up two-factor sign-in first."),
    }

    def build_totp_svg(self, url):
        # Inline in the page, and so without the head of a file of its own.
        import qrcode  # once in an account's life
        from qrcode.image.svg import SvgPathImage

        return qrcode.make(url, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")


# --- forms --------------------------------------------------------------------------------------------------------


class LoginForm(BaseLoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("E-mail"), _("Password")
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        login.widget.input_type = "text"  # a superuser may be known by a name
        bound_password(password)

    def clean_login(self):
        """Accounts are kept under their e-mail in small letters; ``createsuperuser`` may have made others."""
        name = super().clean_login()
        return name.lower() if "@" in name else name


class ReauthenticateForm(BaseReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs["autofocus"] = True
        bound_password(self.fields["password"])


def bound_password(field):
    field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)  # allauth repeats the label there, and it vanishes while one types


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class AuthenticateForm(CodeForm, code_forms.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(CodeForm, code_forms.ReauthenticateForm):
    pass


class ActivateForm(CodeForm, ActivateTOTPForm):
    pass
