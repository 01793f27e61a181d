"""Watchers and balancers are told whether the portal lives and whether it is ready, however they ask."""

import time

import pytest
from django.db import OperationalError

from cami_portal import health

pytestmark = pytest.mark.django_db


def answers(client, **headers):
    found = {path: client.get(path, headers=headers) for path in health.PROBES}
    return {path: (answer.status_code, answer.content.decode()) for path, answer in found.items()}


LIVES = {"/livez": (200, "ok\n"), "/healthz": (200, "ok\n")}


def test_the_portal_says_that_it_lives_and_that_it_is_ready(client):
    assert answers(client) == LIVES | {"/readyz": (200, "ready\n")}


def test_a_balancer_may_ask_by_any_name_and_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["portal.example.org"]
    assert answers(client, host="10.0.0.7:8000") == LIVES | {"/readyz": (200, "ready\n")}
    assert client.get("/en/", headers={"host": "portal.example.org"}).status_code == 301


def test_an_answer_is_kept_nowhere_and_sets_nothing(client):
    for path in health.PROBES:
        answer = client.get(path)
        assert (answer["Cache-Control"], answer.cookies) == ("no-store", {})
        assert client.head(path).status_code == 200


def test_without_the_database_it_lives_and_is_not_ready(client, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection to host 10.0.0.5 refused for user secret")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
    assert answers(client) == LIVES | {"/readyz": (503, "not ready\ndatabase: not reachable, or empty\n")}


def test_a_database_that_hangs_is_no_reason_to_hang(client, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    monkeypatch.setattr(health, "database_fault", lambda: time.sleep(0.3))
    begin = time.monotonic()
    assert [client.get("/readyz").status_code for _ in range(2)] == [503, 503]
    assert time.monotonic() - begin < 0.25
    with health.asking:  # the call that hung has ended
        pass
    monkeypatch.setattr(health, "database_fault", lambda: "")
    assert client.get("/readyz").status_code == 200


def test_a_database_that_waits_for_migrations_is_not_ready(client, monkeypatch):
    class Cursor:
        __enter__, __exit__ = (lambda self: self), (lambda self, *error: None)
        execute = staticmethod(lambda statement: None)
        fetchall = staticmethod(lambda: [("news", "0001_initial"), ("news", "0002_desk")])

    monkeypatch.setattr("django.db.connection.cursor", Cursor)
    monkeypatch.setattr(health, "newest_migrations", lambda: {("news", "0002_desk"), ("events", "0004_x")})
    monkeypatch.setattr(health, "within", lambda seconds, ask: ask())
    assert client.get("/readyz").content.decode() == "not ready\ndatabase: 1 apps wait for manage.py migrate\n"


def test_a_disk_without_room_is_told_and_takes_nobody_out_of_service(client, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(health, "ENOUGH", 2**62)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content.decode()) == (200, "ready\nuploads: the disk is nearly full\n")
