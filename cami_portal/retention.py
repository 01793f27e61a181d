"""How long the portal keeps what it knows of people: docs/personal-data.md says it in words, the settings in days."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from reversion.models import Version

from contacts.models import Person
from publishing.models import PreviewLink

from .sessions import SessionStore

FORMER = "former-"  # and a number: what remains of the name of an account


def before(days):
    return timezone.now() - timedelta(days=days)


def entries_about(model, keys):
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=keys)


def accounts():
    """Those who left, and those who never came: nothing was done by them, or with their accounts, for so long."""
    touched = entries_about(User, [Cast(OuterRef("pk"), CharField())])
    known = User.objects.exclude(username__startswith=FORMER).annotate(seen=Coalesce("last_login", "date_joined"))
    left = Q(is_active=False, seen__lt=before(settings.KEEP_ACCOUNTS_DAYS)) & ~Exists(
        touched.filter(action_time__gte=before(settings.KEEP_ACCOUNTS_DAYS))
    )
    never_came = Q(last_login=None, is_superuser=False, seen__lt=before(settings.KEEP_UNUSED_ACCOUNTS_DAYS)) & ~Exists(
        touched.filter(action_time__gte=before(settings.KEEP_UNUSED_ACCOUNTS_DAYS))
    )
    return known.filter(left | never_came)


@transaction.atomic
def make_nameless(user):
    """The row stays, as histories refer to it; who it was is not known any more, and nobody signs in by it."""
    SessionStore.end_all(user)
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.username, user.email, user.first_name, user.last_name = f"{FORMER}{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    entries_about(User, [str(user.pk)]).update(object_repr=user.username)


def preview_links():
    """With the note for whom each was."""
    limit = before(settings.KEEP_PREVIEW_LINKS_DAYS)
    return PreviewLink.objects.filter(Q(expires_at__lt=limit) | Q(revoked_at__lt=limit))


def removed_people():
    """The keys of people who were removed so long ago; until then they can be brought back from the history."""
    removed = Version.objects.get_deleted(Person)
    limit = before(settings.KEEP_REMOVED_PEOPLE_DAYS)
    return list(removed.filter(revision__date_created__lt=limit).values_list("object_id", flat=True))


@transaction.atomic
def forget_people(keys):
    Version.objects.get_for_model(Person).filter(object_id__in=keys).delete()
    entries_about(Person, keys).update(object_repr="—")


def clear_counters():
    """Tries to sign in are counted by the visitor's address, for some minutes; the rows would stay for longer."""
    cache = caches["default"]
    if isinstance(cache, DatabaseCache):
        with connection.cursor() as cursor:
            table, now = connection.ops.quote_name(cache._table), timezone.now().replace(microsecond=0)
            cursor.execute(
                f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608 - the name of our own table
                [connection.ops.adapt_datetimefield_value(now)],
            )
