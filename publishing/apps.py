from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Pages, pictures and sources")

    def ready(self):
        from . import sqlite, version
        from .search import engines

        version.connect()
        sqlite.connect()
        post_migrate.connect(engines.prepare, sender=self, dispatch_uid="search")
