"""Accounts of editors: invitations, and passwords set by a link that is sent by mail."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import path, reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache


def password_link(user, base_url):
    """The address at which ``user`` sets a password: once, for as long as ``PASSWORD_RESET_TIMEOUT`` says."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return base_url + reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])


def mail_password_link(user, base_url):
    form = NewPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(domain_override=urlsplit(base_url).netloc, use_https=base_url.startswith("https:"))


class LoginForm(AdminAuthenticationForm):
    error_messages = AdminAuthenticationForm.error_messages | {
        "invalid_login": _("E-mail and password do not belong together, or the account may not edit. Try again."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail")

    def clean_username(self):
        """Accounts are kept under their e-mail in small letters; ``createsuperuser`` may have made others."""
        name = self.cleaned_data["username"]
        return name.lower() if "@" in name else name


class NewPasswordForm(PasswordResetForm):
    def get_users(self, email):
        # Unlike Django's, also those who never followed their invitation: no other system keeps their password.
        return User.objects.filter(email__iexact=email, is_active=True)


class NewPassword(views.PasswordResetView):
    form_class = NewPasswordForm

    def form_valid(self, form):
        # The link begins with the portal's own address, not with whatever host the request named.
        base = urlsplit(settings.SITE_URL)
        self.extra_email_context = {"protocol": base.scheme, "domain": base.netloc} if settings.SITE_URL else None
        return super().form_valid(form)


class SetPassword(SuccessMessageMixin, views.PasswordResetConfirmView):
    post_reset_login = True
    success_url = reverse_lazy("admin:index")
    success_message = _("Your password is set, and you are signed in.")


urlpatterns = [
    # Under this name the login page links it.
    path("password/", never_cache(NewPassword.as_view()), name="admin_password_reset"),
    path("password/sent/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("password/<uidb64>/<token>/", SetPassword.as_view(), name="password_reset_confirm"),
]
