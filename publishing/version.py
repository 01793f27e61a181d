"""What moves the content version, the search index and the list of links: every save, delete and relation change.

Files follow their rows here too (``storage.py``). These are the only receivers of the portal. Methods would not do:
``loaddata``, cascades, bulk deletion in the admin and many-to-many changes call none.
"""

import datetime
import os
import secrets
from dataclasses import dataclass
from datetime import UTC
from functools import cache

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from . import links, storage
from .content import Content
from .preview import PreviewLink
from .search import index
from .slugs import Addressed, FormerSlug
from .states import LONG_AGO, Publishable, State
from .text import CleanCharField


class ContentVersion(models.Model):
    """One number that grows with every change of content: what caches are keyed by."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return str(self.number)


@dataclass(frozen=True)
class Edition:
    """What readers' pages are true for: the content's version, and the stretch of time in which nothing turns."""

    number: int
    until: datetime.datetime

    known = None  # of this process; its ``until`` holds as long as its number does

    @classmethod
    def now(cls):
        """The present one, by one query unless it has just begun; ``django.db.Error`` if the database is away."""
        with connection.cursor() as cursor:  # the ORM would take three times as long, at every request
            cursor.execute("SELECT number FROM publishing_contentversion WHERE id = 1")
            (number,) = cursor.fetchone() or (0,)
        now, known = timezone.now(), cls.known  # which another thread may exchange meanwhile
        if known is None or known.number != number or known.until <= now:
            known = cls.known = cls(number, next_turn(now))
        return known


def next_turn(now):
    """The next instant at which a page changes by itself: an item comes or goes, or a day ends in Bonn."""
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
    with connection.cursor() as cursor:
        statement, parts = instants_ahead()
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(now)] * parts)
        ahead = [instant for (instant,) in cursor.fetchall() if instant]
    # SQLite knows no instants, only how Django writes them.
    return min([tomorrow, *(make_aware(parse_datetime(one), UTC) if isinstance(one, str) else one for one in ahead)])


@cache
def instants_ahead():
    """One statement for the tables of all that is published, and its number of parts: it is asked after every edit.

    Where there are many items, each part is one look into an index, whose condition it repeats: behind the other, for
    SQLite begins to read where the first one says.
    """
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, Publishable)]
    columns = [(table, name) for table in tables for name in ("published_at", "expires_at")]
    long_ago = connection.ops.adapt_datetimefield_value(LONG_AGO)
    ahead = [
        f"SELECT min({name}) FROM \"{table}\" WHERE {name} > %s AND {name} > '{long_ago}'"  # noqa: S608 - names of models
        for table, name in columns
    ]
    return " UNION ALL ".join(ahead), len(columns)


class Tombstone(models.Model):
    """What remains of a live item that was deleted, so that feeds and harvesters can say that it is gone."""

    uuid = models.UUIDField(unique=True)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    title = CleanCharField(_("title"), max_length=300)
    deleted_at = models.DateTimeField(_("deleted"), auto_now_add=True)
    record = models.JSONField(null=True, editable=False)  # of what was live: what the item itself leaves (``remains``)

    class Meta:
        verbose_name = _("deleted item")
        verbose_name_plural = _("deleted items")
        ordering = ["-deleted_at"]

    def __str__(self):
        return self.title


def bump():
    """Raise the content version, in the transaction of the change itself."""
    if not ContentVersion.objects.filter(pk=1).update(number=F("number") + 1):
        ContentVersion.objects.create(pk=1, number=1)
    if settings.EDITION_FILE:
        transaction.on_commit(tell_nginx, robust=True)


def tell_nginx():
    """Pages that nginx keeps are those of the file's time (deploy/nginx/cami.conf). By chance, since two changes may
    fall into one second, and since clocks are set back.
    """
    with open(settings.EDITION_FILE, "a"):
        os.utime(settings.EDITION_FILE, (0, secrets.randbits(31)))


def content_saved(sender, instance, raw=False, **kwargs):
    if isinstance(instance, Content):
        bump()
        links.note(instance)
        if raw:
            storage.bring_back(instance)
        for item in instance.search_items():
            index.renew([item])


def content_deleted(sender, instance, **kwargs):
    if isinstance(instance, Content):
        bump()
        links.forget(instance)
        storage.put_aside(storage.names_of(instance))
        index.forget(instance)
        for item in instance.search_items():
            if item is not instance:
                index.renew([item])
    if isinstance(instance, Addressed):
        FormerSlug.objects.of(sender).filter(object_id=instance.pk).delete()
    if isinstance(instance, Publishable):
        PreviewLink.objects.of(instance).delete()
    if isinstance(instance, Publishable) and instance.state in (State.LIVE, State.EXPIRED, State.WITHDRAWN):
        Tombstone.objects.update_or_create(
            uuid=instance.uuid,
            defaults={
                "content_type": ContentType.objects.get_for_model(sender),
                "title": instance.title_in_any_language,
                "record": instance.remains() if instance.state == State.LIVE else None,
            },
        )


def relations_changed(sender, instance, action, reverse, model, pk_set, **kwargs):
    if not isinstance(instance, Content):
        return
    if action == "pre_clear" and reverse:  # afterwards nothing says whom it was related to
        instance.cleared = index.linked(model, sender, instance)
    if action.startswith("post_"):
        bump()
        if reverse:
            index.links_changed(sender, model.objects.filter(pk__in=instance.cleared if pk_set is None else pk_set))
        else:
            index.links_changed(sender, [instance])


def connect():
    post_save.connect(content_saved, dispatch_uid="content_saved")
    post_delete.connect(content_deleted, dispatch_uid="content_deleted")
    m2m_changed.connect(relations_changed, dispatch_uid="relations_changed")
