"""Personal data are kept as long as docs/personal-data.md says, and then they are gone; what is younger stays."""

import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from reversion.models import Revision, Version

from contacts.models import Person
from publishing.history import keep
from publishing.models import PreviewLink
from tests import factories as f

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def person_of(number, seen, joined=3000, **more):
    """An account that was seen ``seen`` days ago (``None``: never)."""
    name = f"ivan{number}@example.org"
    return User.objects.create_user(
        name, name, "a good password", first_name="Ivan", last_name=f"Ivanov{number}", is_staff=True,
        date_joined=ago(joined), last_login=seen and ago(seen), **more,
    )  # fmt: skip


def log_of(user, days):
    kind = ContentType.objects.get_for_model(User)
    entry = LogEntry.objects.create(
        user=user, content_type=kind, object_id=user.pk, object_repr=user.email, action_flag=CHANGE
    )
    LogEntry.objects.filter(pk=entry.pk).update(action_time=ago(days))


def test_of_those_who_left_and_those_who_never_came_the_names_go(roles):
    stays = [
        person_of(1, 5000),  # still has an account
        person_of(2, 729, is_active=False),
        person_of(3, None, joined=179),
        person_of(4, None, is_superuser=True),
    ]
    switched_off_lately = person_of(5, 5000, is_active=False)
    log_of(switched_off_lately, 729)
    invited_again = person_of(6, None)
    log_of(invited_again, 179)
    left = person_of(7, 731, is_active=False)
    left.groups.add(roles["Editor"])
    log_of(left, 731)
    Authenticator.objects.create(user=left, type="totp", data={})
    never_came = person_of(8, None, joined=181)
    call_command("forget")
    kept = User.objects.exclude(first_name="").values_list("pk", flat=True)
    assert set(kept) == {one.pk for one in [*stays, switched_off_lately, invited_again]}
    for user in (left, never_came):
        user = User.objects.get(pk=user.pk)
        assert (user.username, user.get_full_name(), user.email) == (f"former-{user.pk}", "", "")
        assert (user.is_active, user.is_staff, user.has_usable_password(), user.last_login) == (
            False,
            False,
            False,
            None,
        )
    assert not left.groups.exists()
    assert not Authenticator.objects.exists()
    assert authenticate(username=left.email, password="a good password") is None
    assert "ivan7@example.org" not in LogEntry.objects.values_list("object_repr", flat=True)


def test_what_a_former_editor_did_stays_done(roles):
    left = person_of(1, 731, is_active=False)
    article = f.ArticleFactory(author=left)
    keep(article, user=left)
    call_command("forget")
    call_command("forget")
    article.refresh_from_db()
    assert article.author.get_username() == Revision.objects.get().user.get_username() == f"former-{left.pk}"


def test_links_to_previews_go_some_time_after_their_end():
    item = f.ArticleFactory(published_at=None)

    def link(note, expired, revoked=None):
        dates = {"expires_at": ago(expired), "revoked_at": revoked and ago(revoked)}
        return PreviewLink.objects.create(item=item, note=note, **dates)

    for one in (("Ivanov", 91), ("Petrov", -5, 91), ("Sidorov", 89), ("valid", -5), ("revoked", -5, 89)):
        link(*one)
    call_command("forget")
    assert set(PreviewLink.objects.values_list("note", flat=True)) == {"Sidorov", "valid", "revoked"}


def test_the_past_of_removed_people_goes(roles):
    people = {name: f.PersonFactory(family_name_en=name) for name in ("Old", "Young", "Here")}
    for person in people.values():
        keep(person)
        keep(person)
    keys = {name: str(person.pk) for name, person in people.items()}
    people["Old"].delete()
    people["Young"].delete()
    for name, days in (("Old", 366), ("Young", 364), ("Here", 5000)):
        Revision.objects.filter(version__object_id=keys[name]).update(date_created=ago(days))
    kind = ContentType.objects.get_for_model(Person)
    user = person_of(1, 1)
    LogEntry.objects.create(user=user, content_type=kind, object_id=keys["Old"], object_repr="Old", action_flag=3)
    f.ArticleFactory(pk=keys["Old"])  # another kind, with the same key
    keep(f.ArticleFactory._meta.model.objects.get())
    call_command("forget")
    kept = set(Version.objects.values_list("content_type__model", "object_id"))
    assert kept == {("person", keys["Young"]), ("person", keys["Here"]), ("article", keys["Old"])}
    assert LogEntry.objects.get().object_repr == "—"


def test_the_addresses_of_visitors_go_with_the_counters_of_their_tries():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cami_portal_cache")
    cache.set("allauth:rl:203.0.113.9", [1], 600)
    cache.set("allauth:rl:203.0.113.10", [1], 600)
    with connection.cursor() as cursor:
        past = connection.ops.adapt_datetimefield_value(ago(1).replace(microsecond=0))
        cursor.execute("UPDATE cami_portal_cache SET expires = %s WHERE cache_key LIKE '%%.9'", [past])
        call_command("forget")
        cursor.execute("SELECT cache_key FROM cami_portal_cache")
        assert [key for (key,) in cursor.fetchall()] == [":1:allauth:rl:203.0.113.10"]


def test_a_dry_run_says_how_much_and_forgets_nothing(capsys):
    person_of(1, 731, is_active=False)
    call_command("forget", dry_run=True)
    assert capsys.readouterr().out == "To be forgotten: 1 accounts, 0 removed people, 0 preview links.\n"
    assert User.objects.get().first_name == "Ivan"


def test_how_long_is_a_setting(settings):
    settings.KEEP_ACCOUNTS_DAYS = 10
    person_of(1, 11, is_active=False)
    person_of(2, 9, is_active=False)
    call_command("forget")
    assert sorted(User.objects.values_list("first_name", flat=True)) == ["", "Ivan"]
