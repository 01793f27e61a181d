"""Accounts of editors: their addresses, invitations, and passwords set by a link that is sent by mail."""

from urllib.parse import urlsplit

from allauth.account import views as account_views
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from allauth.decorators import rate_limit
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from publishing.formats import site_of

from .errors import too_many_requests
from .sessions import SessionStore


def password_link(user, base_url):
    """The address at which ``user`` sets a password: once, for as long as ``PASSWORD_RESET_TIMEOUT`` says."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return base_url + reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])


def mail_password_link(user, base_url):
    form = NewPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(domain_override=urlsplit(base_url).netloc, use_https=base_url.startswith("https:"))


class NewPasswordForm(PasswordResetForm):
    def get_users(self, email):
        # Unlike Django's, also those who never followed their invitation: no other system keeps their password.
        return User.objects.filter(email__iexact=email, is_active=True)


class NewPassword(views.PasswordResetView):
    form_class = NewPasswordForm

    def form_valid(self, form):
        address = form.cleaned_data["email"].lower()
        if not ratelimit.consume(self.request, app="allauth.account", action="reset_password", key=address):
            return too_many_requests(self.request)
        # The link begins with the portal's own address, not with whatever host the request named.
        base = urlsplit(site_of(self.request))
        options = {"domain_override": base.netloc, "use_https": base.scheme == "https"}
        response = HttpResponseRedirect(self.get_success_url())
        # After the answer is sent: that a mail takes its time would tell who has an account.
        response._resource_closers.append(lambda: form.save(**options))
        return response


@method_decorator(rate_limit(action="reset_password_from_key"), name="dispatch")
class SetPassword(views.PasswordResetConfirmView):
    def get_user(self, uidb64):
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form):
        """Sign in, but for the second factor of those who have one."""
        user = form.save()
        del self.request.session[views.INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Your password is set."))
        return perform_login(self.request, user)


@require_POST
def choose_language(request):
    """Keep the language of the desk in a cookie, and come back to the same page."""
    if request.POST.get("language") not in dict(settings.LANGUAGES):
        raise BadRequest
    return set_language(request)


@require_POST
@login_required
def sign_out_elsewhere(request):
    SessionStore.end_all(request.user, but=request.session.session_key)
    messages.success(request, _("All your other sessions have ended."))
    return redirect("mfa_index")


# Of allauth only what signs in and out and keeps the second factor; its other doors do not exist.
DOORS = {
    "account_login": ("login/", account_views.login),
    "account_logout": ("logout/", require_POST(account_views.logout)),
    "account_reauthenticate": ("confirm/", account_views.reauthenticate),
    "mfa_authenticate": ("login/code/", mfa_views.authenticate),
    "mfa_reauthenticate": ("confirm/code/", mfa_views.reauthenticate),
    "mfa_index": ("sign-in/", mfa_views.index),
    "mfa_activate_totp": ("sign-in/set-up/", totp_views.activate_totp),
    "mfa_deactivate_totp": ("sign-in/remove/", totp_views.deactivate_totp),
    "mfa_view_recovery_codes": ("sign-in/codes/", recovery_views.view_recovery_codes),
    "mfa_download_recovery_codes": ("sign-in/codes/download/", recovery_views.download_recovery_codes),
    "mfa_generate_recovery_codes": ("sign-in/codes/new/", recovery_views.generate_recovery_codes),
    "sign_out_elsewhere": ("sign-in/elsewhere/", sign_out_elsewhere),
    "choose_language": ("language/", choose_language),
    # Invitations lead here too.
    "password_reset": ("password/", NewPassword.as_view()),
    "password_reset_done": ("password/sent/", views.PasswordResetDoneView.as_view()),
    "password_reset_confirm": ("password/<uidb64>/<token>/", SetPassword.as_view()),
}
urlpatterns = [path(route, never_cache(view), name=name) for name, (route, view) in DOORS.items()]
