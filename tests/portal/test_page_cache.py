"""Pages kept in front of Django: never stale, never another's, and true until the next instant at which one turns."""

import datetime
import gzip
import io
from types import SimpleNamespace

import brotli
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cami_portal.page_cache import PageCache
from cami_portal.requests import NumberedRequests
from publishing.version import Edition
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(settings):
    for signal in (request_started, request_finished):  # the connection of a test must stay, as its client knows too
        signal.disconnect(close_old_connections)
    settings.ALLOWED_HOSTS = ["portal.test", "other.test"]
    cache = PageCache(get_wsgi_application(), room=2_000_000)
    application = NumberedRequests(cache)  # as in wsgi.py

    def get(path, method="GET", **headers):
        said = {}
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "portal.test", "SERVER_PORT": "80", "HTTP_HOST": "portal.test",
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }  # fmt: skip
        parts = application(environ, lambda status, headers, _=None: said.update(status=status, headers=headers))
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        headers = {name: value for name, value in said["headers"] if name != "X-Request-ID"}
        return SimpleNamespace(status=int(said["status"][:3]), headers=headers, body=body)

    get.cache = cache
    yield get
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_page_is_made_once_and_then_costs_one_query(portal):
    f.ArticleFactory(title_en="Kept")
    first = portal("/en/news/")
    with CaptureQueriesContext(connection) as queries:
        second = portal("/en/news/")
    assert (second.body, len(queries)) == (first.body, 1)
    assert b"Kept" in first.body


def test_each_of_twenty_edits_is_in_the_first_page_read_after_it(portal):
    article = f.ArticleFactory(slug="a")
    for number in range(20):
        article.title_en = f"Edition {number} of it"
        article.save()
        for path in ("/en/news/", "/en/news/a/", "/en/", "/en/news/feed.atom", "/api/v1/news/"):
            assert f"Edition {number} of it".encode() in portal(path).body, path


def test_a_relation_and_a_deletion_are_seen_at_once(portal):
    article, species = f.ArticleFactory(slug="a"), f.SpeciesFactory(name_en="Relation")
    assert b"Relation" not in portal("/en/news/a/").body
    article.species.add(species)
    assert b"Relation" in portal("/en/news/a/").body
    species.delete()
    assert b"Relation" not in portal("/en/news/a/").body


@pytest.mark.parametrize("turn", ["published_at", "expires_at", "tomorrow"])
def test_a_page_is_kept_until_something_turns_and_no_longer(portal, monkeypatch, turn):
    now = timezone.localtime().replace(hour=12)
    soon = now + datetime.timedelta(minutes=5)
    today = {"start": now.date(), "end": now.date()}
    f.ArticleFactory(title_en="Turning", **({turn: soon} if turn != "tomorrow" else {}))
    f.EventFactory(title_en="Turning", **today)
    path = "/en/events/?when=upcoming" if turn == "tomorrow" else "/en/news/"
    instant = soon if turn != "tomorrow" else now.replace(hour=0, minute=0) + datetime.timedelta(days=1)
    shown = []
    for moment in (now, instant - datetime.timedelta(seconds=61), instant + datetime.timedelta(seconds=61)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment.astimezone(datetime.UTC))
        Edition.known = None if moment is now else Edition.known
        shown.append(b"Turning" in portal(path).body)
    assert shown == ([False, False, True] if turn == "published_at" else [True, True, False])


def test_what_is_not_every_readers_own_passes_by(portal):
    f.ArticleFactory(slug="draft", published_at=None)
    for path in ("/admin/login/", "/accounts/login/", "/healthz", "/en/news/draft/", "/en/nothing/", "/preview/x/",
                 "/en/news/data.csv"):  # fmt: skip
        portal(path)
    assert len(portal.cache.pages) == 0


def test_who_is_signed_in_reads_what_everybody_reads(portal, admin_client):
    signed_in = portal("/en/", cookie=f"sessionid={admin_client.cookies['sessionid'].value}; csrftoken=x")
    anonymous = portal("/en/")
    assert (signed_in.body, signed_in.headers) == (anonymous.body, anonymous.headers)
    assert len(portal.cache.pages) == 1
    assert "Set-Cookie" not in signed_in.headers
    assert b"admin" not in signed_in.body


def test_no_cookie_and_no_token_is_ever_kept(portal):
    f.ArticleFactory()
    for path in ("/en/", "/ru/news/", "/en/contacts/", "/api/v1/news/"):
        answer = portal(path)
        assert "Set-Cookie" not in answer.headers
        assert b"csrf" not in answer.body


def test_hosts_and_queries_have_pages_of_their_own(portal):
    f.ArticleFactory(kind="news", title_en="One")
    f.ArticleFactory(kind="project", title_en="Two")
    assert b"http://portal.test/en/news/" in portal("/en/news/").body
    assert b"http://other.test/en/news/" in portal("/en/news/", host="other.test").body
    assert portal("/en/news/", host="evil.test").status == 400
    assert b"Two" not in portal("/en/news/?kind=news").body


def test_bytes_are_compressed_once_for_each_encoding(portal):
    plain = portal("/en/", accept_encoding="identity").body
    assert brotli.decompress(portal("/en/", accept_encoding="gzip, br").body) == plain
    assert gzip.decompress(portal("/en/", accept_encoding="gzip, br;q=0").body) == plain
    assert portal("/en/", accept_encoding="gzip;q=0").body == plain
    first, second = (portal("/en/", accept_encoding="br") for _ in range(2))
    assert first.body is second.body
    assert first.headers["Vary"] == "Accept-Encoding"
    tags = {portal("/en/", accept_encoding=one).headers["ETag"] for one in ("br", "gzip", "")}
    assert len(tags) == 3


def test_what_is_not_kept_travels_compressed_too(portal):
    answer = portal("/en/nothing/", accept_encoding="br")
    assert (answer.status, answer.headers["Content-Encoding"]) == (404, "br")
    assert brotli.decompress(answer.body) == portal("/en/nothing/").body
    assert "ETag" not in answer.headers


def test_who_has_it_is_told_so(portal):
    article = f.ArticleFactory()
    tag = portal("/en/news/").headers["ETag"]
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = portal("/en/news/", if_none_match=given)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert "Content-Length" not in again.headers
    assert again.headers["Cache-Control"] == "no-cache"
    later = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert portal("/en/news/", if_modified_since=later).status == 304
    assert portal("/en/news/", if_modified_since=portal("/en/news/").headers["Last-Modified"]).status == 200
    assert portal("/en/news/", if_modified_since=later, if_none_match='"x"').status == 200
    assert portal("/en/news/", if_modified_since="nonsense").status == 200
    article.title_en = "Another title"
    article.save()
    assert portal("/en/news/", if_none_match=tag).status == 200


def test_the_head_of_a_page_is_that_of_the_page(portal):
    for _ in range(2):
        head, page = portal("/en/", method="HEAD"), portal("/en/")
        assert (head.body, head.headers) == (b"", page.headers)


def test_it_keeps_no_more_than_it_has_room_for(portal):
    portal.cache.room = 100_000
    f.ArticleFactory()
    for year in range(1990, 2020):
        portal(f"/en/news/?year={year}")
    assert 0 < portal.cache.size <= 100_000
    assert portal.cache.size == sum(kept.size for kept in portal.cache.pages.values())


def test_while_the_database_is_away_what_is_kept_goes_on(portal, monkeypatch):
    page = portal("/en/").body

    def away(*args):
        raise OperationalError("away")

    monkeypatch.setattr(connections["default"], "cursor", away)
    monkeypatch.setattr(connections["default"], "close", lambda: None)  # the test's own stays open
    assert portal("/en/").body == page
    other = portal("/en/news/")
    assert (other.status, other.headers["Retry-After"]) == (503, "30")


def test_nginx_is_told_until_when_a_page_is_true_and_only_if_that_is_known(portal, settings, tmp_path, monkeypatch):
    assert "X-Accel-Expires" not in portal("/en/").headers
    settings.EDITION_FILE = str(tmp_path / "edition")
    ends = timezone.now() + datetime.timedelta(minutes=1, microseconds=1)
    f.ArticleFactory(expires_at=ends)
    told = [portal(path).headers.get("X-Accel-Expires") for path in ("/en/", "/en/", "/en/nothing/")]
    assert told == [f"@{int(ends.timestamp()) - 1}"] * 2 + [None]

    def away(*args):
        raise OperationalError("away")

    monkeypatch.setattr(connections["default"], "cursor", away)
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    kept = portal("/en/")
    assert (kept.status, kept.headers.get("X-Accel-Expires")) == (200, None)


def test_a_connection_that_died_while_it_rested_makes_no_page_stale(portal, monkeypatch):
    article = f.ArticleFactory(title_en="Before")
    assert b"Before" in portal("/en/news/").body
    article.title_en = "Afterwards"
    article.save()
    alive, died = connections["default"].cursor, iter([True])

    def cursor(*args):
        if next(died, False):
            raise OperationalError("server closed the connection")
        return alive(*args)

    monkeypatch.setattr(connections["default"], "cursor", cursor)
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    assert b"Afterwards" in portal("/en/news/").body
