"""Every page is light enough for a slow link: what a first visit costs, as it is sent over the line."""

import functools
import gzip
import re
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from cami_portal.compression import CompressionMiddleware
from cami_portal.management.commands.seed import FIXTURES

pytestmark = pytest.mark.django_db
FIRST_VISIT, REQUESTS, NEXT_PAGE = 60_000, 8, 15_000  # bytes; requests; bytes
# Of each kind the heaviest pages of the seed.
PAGES = [
    "",
    "sources/",
    "changes/",
    "data/api/",
    "data/",
    "about/",
    "no-such-page/",
    "news/",
    "news/?q=saiga&species=saiga&year=2016",
    "news/?year=1",
    "search/",
    "search/?q=saiga&species=saiga&state=KZ&year=2016",
    "search/?q=cms",
    "news/expert-discussion-on-conserving-snow-leopards/",
    "events/",
    "events/snow-leopard-discussion-2016/",
    "species/",
    "species/argali/",
    "species/range/",
    "species/states/",
    "species/states/cn/",
    "species/instruments/",
    "species/instruments/cami-programme-of-work-2014-2020/",
    "contacts/",
    "contacts/cami-focal-point/",
    "contacts/organisations/",
    "contacts/organisations/cms-secretariat/",
]
client = Client(headers={"Accept-Encoding": "br, gzip"})


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *FIXTURES, verbosity=0)
        yield
        transaction.set_rollback(True)


@functools.cache  # files do not change
def weight(part):
    """The size of a file in bytes, as it is sent."""
    response = client.get(part)
    assert (part, response.status_code) == (part, 200)
    return len(response.getvalue())


def parts(page):
    """What a browser fetches to show the page; photographs are left out, and icons, which come when it is idle."""
    loaded = page.select("link[rel=stylesheet], link[rel=preload], script[src], img[src]")
    found = {urljoin("/en/", element.get("href") or element["src"]) for element in loaded}
    for sheet in [address for address in found if address.endswith(".css")]:
        text = b"".join(Client().get(sheet)).decode()
        found |= {urljoin(sheet, url) for url in re.findall(r"""url\(["']?([^"')]+)""", text)}
    return sorted(address for address in found if not address.startswith(("/media/", "data:")))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light(seed, path, language):
    address = f"/{language}/{path}"
    sent = client.get(address)
    assert sent["Content-Encoding"] == "gzip"
    size, page = len(sent.content), BeautifulSoup(gzip.decompress(sent.content), "html.parser")
    weights = {address: size} | {part: weight(part) for part in parts(page)}
    assert len(weights) > 4, weights
    assert size <= NEXT_PAGE, weights
    assert sum(weights.values()) <= FIRST_VISIT, weights
    assert len(weights) <= REQUESTS, weights


def test_pages_are_compressed_for_those_who_can_read_it(client):
    plain, packed = client.get("/en/"), client.get("/en/", headers={"Accept-Encoding": "gzip"})
    assert [one.get("Content-Encoding") for one in (plain, packed)] == [None, "gzip"]
    assert ["Accept-Encoding" in one["Vary"] for one in (plain, packed)] == [True, True]
    assert len(packed.content) < len(plain.content) / 2
    assert int(packed["Content-Length"]) == len(packed.content)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip;q=0", None), ("br, gzip; q=0.0, *", None), ("gzip;q=0.5", "gzip"), ("*;q=0", None)],
)
def test_nobody_gets_what_they_refuse(db, accepted, encoding):
    response = client.get("/en/", headers={"Accept-Encoding": accepted})
    assert response.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in response["Vary"]


def test_pictures_are_not_compressed_again(client, monkeypatch):
    storage, name = InMemoryStorage(), f"{32 * 'a'}.jpg"
    storage.save(f"pictures/{name}", ContentFile(1000 * b"a"))
    monkeypatch.setattr("publishing.views.default_storage", storage)
    response = client.get(f"/media/pictures/{name}", headers={"Accept-Encoding": "gzip"})
    assert (response.get("Content-Encoding"), response["Content-Length"]) == (None, "1000")
    assert len(response.getvalue()) == 1000


@pytest.mark.parametrize(
    ("kind", "packed"),
    [
        ("text/html; charset=utf-8", True),
        ("text/calendar", True),
        ("application/json", True),
        ("application/atom+xml; charset=utf-8", True),
        ("application/problem+json", True),
        ("application/pdf", False),
        ("image/png", False),
        ("application/zip", False),
    ],
)
@pytest.mark.parametrize("answer", [HttpResponse, StreamingHttpResponse])
def test_only_text_is_compressed(kind, packed, answer):
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    response = CompressionMiddleware(lambda request: answer([b"a" * 500], content_type=kind))(request)
    assert response.has_header("Content-Encoding") is packed


def test_a_compressed_answer_is_not_byte_for_byte_the_plain_one():
    """So its tag is a weak one, and the content may still be found unchanged."""
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    answer = HttpResponse(b"a" * 500, headers={"ETag": '"1"'})
    assert CompressionMiddleware(lambda request: answer)(request)["ETag"] == 'W/"1"'
