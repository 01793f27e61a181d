from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Pages, pictures and sources")

    def ready(self):
        from . import sqlite, version

        version.connect()
        sqlite.connect()
