"""Every kind of answer carries the same protection, knows no visitor, and names the portal by its own address."""

import io
import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.utils import timezone
from PIL import Image

from events.models import Document
from publishing.models import Picture
from tests import factories as f

pytestmark = pytest.mark.django_db
FILES = {"default-src 'none'", "sandbox"}
READERS = {
    "default-src 'none'",
    *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect", "manifest")),
    *["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
}
STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
DESK = READERS - {"style-src 'self'"} | {f"style-src 'self' {STYLE}"}
ALL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
PAGES = {
    "/": 302,
    "/news/": 302,
    "/en/": 200,
    "/ru/news/": 200,
    "/en/news/?x=1": 400,
    "/en/news/article/": 200,
    "/en/news/former/": 301,
    "/en/news": 301,
    "/en/events/": 200,
    "/en/events/event/": 200,
    "/en/species/range/": 200,
    "/en/contacts/report/": 200,
    "/en/search/?q=saiga": 200,
    "/en/changes/": 200,
    "/en/data/": 200,
    "/en/data/api/": 200,
    "/en/search/description.xml": 200,
    "/en/nothing/": 404,
    "/xx/": 404,
    "/style/": 404,
    "/preview/never-made/": 404,
    "/sitemap.xml": 200,
    "/sitemap-articles.xml": 200,
    "/sitemap-news.xml": 200,
    "/robots.txt": 200,
    "/healthz": 200,
    "/readyz": 200,
}
DATA = {
    "/en/news/feed.atom": 200,
    "/ru/news/data.csv": 200,
    "/en/events/calendar.ics": 200,
    "/en/events/event/event.ics": 200,
    "/api/v1/": 200,
    "/api/v1/openapi.json": 200,
    "/api/v1/news/": 200,
    "/api/v1/news/?x=1": 400,
    "/api/v1/nothing/": 404,
    "/informea.svc/Meetings": 200,
    "/informea.svc/nothing": 404,
    "/api/informea/meetings.json": 200,
    "/ru/news/informea.xml": 200,
    "/data/nothing.csv": 404,
    "/static/nothing.css": 404,
    "/media/nothing": 404,
}
DOORS = {
    "/admin/": 302,
    "/admin/login/": 302,
    "/admin/news/article/": 302,
    "/admin/nothing/": 302,
}
JUNK = ["csrftoken", "sessionid", "messages", "_language", "django_language", "cami", "x"]


@pytest.fixture
def content(settings, tmp_path):
    """One of each kind; the addresses of the files."""
    settings.MEDIA_ROOT = tmp_path
    drawn = io.BytesIO()
    Image.new("RGB", (40, 20)).save(drawn, "JPEG")
    picture = Picture.objects.create(file=ContentFile(drawn.getvalue(), name="x.jpg"), alt_en="A steppe")
    event = f.EventFactory(slug="event", published_at=timezone.now(), picture=picture)
    Document.objects.create(event=event, number=1, title_en="Agenda", file=ContentFile(b"%PDF-1.7", name="x.pdf"))
    article = f.ArticleFactory(slug="former", picture=picture)
    article.slug = "article"
    article.save()
    return {
        picture.file.url: "image/jpeg",
        "/en/events/event/documents/1/": "application/pdf",
        staticfiles_storage.url("portal/css/base.css"): "text/css",
        staticfiles_storage.url("portal/img/favicon.svg"): "image/svg+xml",
    }


def protection(response):
    return {name: response.get(name) for name in ALL}


def policy(response):
    return set(response["Content-Security-Policy"].split("; "))


def test_every_answer_is_protected(client, content):
    for path, status in (PAGES | DATA).items():
        response = client.get(path)
        expected = ALL | {"Referrer-Policy": "no-referrer"} if path.startswith("/preview/") else ALL
        assert (response.status_code, protection(response)) == (status, expected), path
        assert policy(response) == READERS, path
        assert response["Cross-Origin-Resource-Policy"] == ("cross-origin" if path in DATA else "same-origin"), path


def test_files_are_what_they_say_and_run_nothing(client, content):
    for path, media_type in content.items():
        response = client.get(path)
        assert (response.status_code, protection(response)) == (200, ALL), path
        assert response["Content-Type"].partition(";")[0] == media_type
        assert policy(response) == FILES
        response.getvalue()
        disposition = response.get("Content-Disposition", "inline").partition(";")[0]
        assert disposition == ("attachment" if media_type == "application/pdf" else "inline")


def test_the_desk_has_one_nonce_and_one_hash_more(client, content, admin_client):
    for path, status in DOORS.items():
        response = client.get(path)
        assert (response.status_code, protection(response)) == (status, ALL), path
        assert policy(response) == DESK, path
    first, second = (policy(admin_client.get("/admin/news/article/add/")) for time in range(2))
    assert first != second
    for one in (first, second):
        nonce = re.fullmatch(r"script-src 'self' ('nonce-[\w+/=]{24}')", (one - DESK).pop())[1]
        assert one == DESK - {"script-src 'self'"} | {f"script-src 'self' {nonce}"}
    response = admin_client.get("/admin/nothing/")
    assert (response.status_code, protection(response)) == (404, ALL)
    assert policy(admin_client.get("/accounts/sign-in/")) == READERS


def test_refusals_failures_and_what_is_known_already_are_protected_too(client, content, monkeypatch):
    known = client.get("/api/v1/news/")["ETag"]
    client.raise_request_exception = False
    answers = [
        client.get("/api/v1/news/", headers={"If-None-Match": known}),
        client.post("/en/news/"),
        client.options("/en/news/"),
        client.get("/en/", headers={"Host": "evil.example"}),
        client.get("/en/?" + "&" * 2000),
    ]
    for error in (OperationalError, ZeroDivisionError):
        monkeypatch.setattr("news.views.ArticleList.get_queryset", lambda self, error=error: raised(error))
        answers.append(client.get("/en/news/"))
    assert [response.status_code for response in answers] == [304, 405, 204, 400, 400, 503, 500]
    for response in answers:
        assert protection(response) == ALL
        assert policy(response) == READERS
        assert not response.cookies


def raised(error):
    raise error


@pytest.mark.parametrize("secure", [True, False])
def test_who_comes_by_http_is_led_to_the_address_of_the_portal_and_who_comes_by_https_is_told_to_stay(
    client, settings, secure
):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "portal.example.org"
    settings.SECURE_HSTS_SECONDS = 3600
    response = client.get("/en/nothing/?x=1", secure=secure)
    if secure:
        assert (response.status_code, response["Strict-Transport-Security"]) == (404, "max-age=3600")
    else:
        assert (response.status_code, response["Location"]) == (301, "https://portal.example.org/en/nothing/?x=1")


@pytest.mark.parametrize("value", ["junk", "a" * 32, "é"])
def test_whatever_cookies_are_sent_readers_get_none_and_answers_do_not_depend_on_them(client, content, value):
    cookies = "; ".join(f"{name}={value}" for name in JUNK)
    for path, status in [*PAGES.items(), *DATA.items(), *((path, 200) for path in content)]:
        if path == "/style/":  # for editors
            continue
        response = client.get(path, headers={"Cookie": cookies})
        assert (response.status_code, dict(response.cookies)) == (status, {}), path
        by_cookie = "Cookie" in response.get("Vary", "")
        assert not by_cookie or status == 302 or path == "/xx/", path
        response.getvalue()


def test_readers_pages_do_not_know_who_is_signed_in(client, admin_client, content):
    for path in ["/en/", "/en/news/article/", "/en/nothing/"]:
        response = admin_client.get(path)
        assert response.content == client.get(path).content
        assert not response.cookies
    assert admin_client.get("/style/").status_code == 200
    assert admin_client.get("/admin/").status_code == 200


def test_every_readers_address_says_the_same_of_what_may_be_asked(client, content):
    for path in [*PAGES, *DATA, *content]:
        if path.startswith("/static/") and path in content:  # whitenoise knows GET and HEAD
            continue
        asked, refused = client.options(path), client.delete(path)
        assert (asked.status_code, asked["Allow"], asked.content) == (204, "GET, HEAD, OPTIONS", b""), path
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS"), path


@pytest.mark.parametrize("query", ["&" * 2000, "&".join(f"x{number}=1" for number in range(1100))])
def test_too_many_parameters_are_refused_at_every_address(client, content, query):
    for path in [*PAGES, *DATA, *DOORS]:
        response = client.get(f"{path.partition('?')[0]}?{query}")
        assert (response.status_code, response["Cache-Control"]) == (400, "no-store"), path


# --- whole addresses ----------------------------------------------------------------------------------------------

SITE = "https://portal.example.org"
POISON = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"}


def test_whole_addresses_begin_with_that_of_the_portal_whatever_was_asked(client, content, settings):
    settings.SITE_URL = SITE
    for path in [*PAGES, *DATA]:
        response = client.get(path, headers={"Host": "127.0.0.1:8123"} | POISON)
        told = response.content.decode() + str(dict(response.headers))
        assert not re.search("127.0.0.1|evil|gopher", told), path
    for path in ["/en/", "/en/news/feed.atom", "/en/events/event/event.ics", "/api/v1/", "/sitemap.xml", "/robots.txt"]:
        assert SITE in client.get(path).content.decode(), path
    page = client.get("/en/events/").content.decode()
    assert "webcal://portal.example.org/en/events/calendar.ics" in page


def test_without_an_address_of_its_own_the_portal_believes_the_host_and_no_other_header(client, content):
    for path in ["/en/", "/en/news/feed.atom", "/sitemap.xml", "/sitemap-articles.xml", "/robots.txt", "/api/v1/"]:
        told = client.get(path, headers={"Host": "127.0.0.1:8123"} | POISON).content.decode()
        assert "http://127.0.0.1:8123/" in told, path
        assert not re.search("evil|gopher", told), path


def test_a_link_for_a_new_password_names_the_address_of_the_portal(client, content, settings, mailoutbox):
    settings.SITE_URL = SITE
    User.objects.create_user("e@example.org", "e@example.org", "x")
    client.post("/accounts/password/", {"email": "e@example.org"}, headers={"Host": "127.0.0.1:8123"} | POISON)
    assert set(re.findall(r"https?://[^/]+", mailoutbox[0].body)) == {SITE}


@pytest.mark.parametrize(("trusted", "secure"), [(None, False), (("HTTP_X_FORWARDED_PROTO", "https"), True)])
def test_a_proxy_is_believed_only_if_it_is_said_to_be_there(client, settings, trusted, secure):
    settings.SECURE_PROXY_SSL_HEADER = trusted
    settings.SECURE_HSTS_SECONDS = 3600
    response = client.get("/en/nothing/", headers={"X-Forwarded-Proto": "https"})
    assert response.has_header("Strict-Transport-Security") == secure
