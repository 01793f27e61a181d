from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    default = True
    name = "cami_portal"
    verbose_name = _("Portal")

    def ready(self):
        from . import checks  # noqa: F401 - they register themselves

        if settings.SENTRY_DSN:
            from .error_reports import start  # only now: it takes memory, and bends Django

            start(settings.SENTRY_DSN, settings.SENTRY_ENVIRONMENT)


class GuardedAdminConfig(apps.AdminConfig):
    """Django's admin with the door of ``signin.py``."""

    default = False
    default_site = "cami_portal.signin.GuardedAdmin"
