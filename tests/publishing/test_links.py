"""Links to other sites are checked, politely; the sites here are one server of this machine."""

import socket
import threading
import time
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from events.models import Document
from publishing import fetching
from publishing.fetching import Answer, Asking, is_public
from publishing.links import CheckedLink, Result, check, dead_links, note_all
from tests import factories as f

pytestmark = pytest.mark.django_db


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    MOVES = {
        "/moved": (301, "/moved-again"),
        "/moved-again": (308, "/fine"),
        "/for-now": (302, "/fine"),
        "/round": (302, "/and-round"),
        "/and-round": (302, "/round"),
        "/inside": (302, "http://127.0.0.2/secret"),
        "/by-name": (301, "http://localhost:1/secret"),
        "/script": (302, "javascript:alert(1)"),
        "/no-way": (302, "http://[::1"),
    }

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path, self.headers["User-Agent"], time.monotonic()))
        path = self.path
        if path == "/endless":
            for number in range(1000):
                self.wfile.write(f"HTTP/1.1 200 OK\r\nX-{number}: x\r\n".encode() if not number else b"X: y\r\n")
                time.sleep(0.05)
        if path == "/slow":
            time.sleep(1.5)
        if path == "/nonsense":
            self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
            self.close_connection = True
            return
        if path == "/once" and Counter(one[1] for one in self.server.asked)[path] == 1:
            self.close_connection = True
            return
        status, location = self.MOVES.get(path, (200, ""))
        status = int(path[1:]) if path[1:].isdigit() else status
        if self.command == "HEAD" and path == "/no-head":
            status = 405
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "1000000000" if path == "/huge" else "0")
        self.end_headers()
        if self.command == "GET" and path == "/huge":
            self.wfile.write(b"x" * 100000)

    do_GET = do_HEAD

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.handle_error = lambda *args: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site(server, settings, monkeypatch):
    """The address of a site that may be asked although it is on this machine."""
    server.asked = []
    host = f"127.0.0.1:{server.server_port}"
    settings.LINK_CHECK_PRIVATE_HOSTS = [host]
    settings.SITE_URL = "https://portal.example.org"
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(Asking.__init__, "__defaults__", (None, 0, 0.5))
    return f"http://{host}"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/fine", ("answered", 200, "")),
        ("/huge", ("answered", 200, "")),
        ("/no-head", ("answered", 200, "")),
        ("/moved", ("answered", 200, "/fine")),
        ("/for-now", ("answered", 200, "")),
        ("/404", ("answered", 404, "")),
        ("/410", ("answered", 410, "")),
        ("/500", ("answered", 500, "")),
        ("/429", ("answered", 429, "")),
        ("/once", ("answered", 200, "")),
        ("/round", ("loop", None, "")),
        ("/slow", ("slow", None, "")),
        ("/endless", ("slow", None, "")),
        ("/nonsense", ("broken", None, "")),
        ("/inside", ("private", None, "")),
        ("/by-name", ("private", None, "")),
        ("/script", ("malformed", None, "")),
        ("/no-way", ("malformed", None, "")),
    ],
)
def test_what_a_site_may_answer(site, path, expected):
    answer = Asking().about(site + path)
    assert (answer.outcome, answer.status, answer.target.removeprefix(site)) == expected


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
     "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://192.168.0.1:8080/", "http://2130706433/"],
)  # fmt: skip
def test_the_network_of_the_portal_is_never_asked(url):
    assert Asking(timeout=2).about(url).outcome == "private"


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2a00:1450:4001::1", True), ("64:ff9b::7f00:1", False), ("64:ff9b::808:808", True),
     ("2002:7f00:1::", False), ("fe80::1%eth0", False), ("224.0.0.1", False), ("100.64.0.1", False)],
)  # fmt: skip
def test_which_addresses_are_public(address, public):
    assert is_public(address) == public


def test_a_name_that_leads_elsewhere_at_the_second_look_is_not_followed(site, monkeypatch):
    """The address that was approved is the one that is asked."""
    port = int(site.rpartition(":")[2])
    answers = iter(["8.8.8.8", "127.0.0.1"])
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *args, **kwargs: [(2, 1, 6, "", (next(answers), port))])
    asked = []
    monkeypatch.setattr(fetching.socket, "create_connection", lambda address, timeout: asked.append(address) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Asking().about(f"http://rebound.example:{port}/")
    assert asked == [("8.8.8.8", port)]


@pytest.mark.parametrize("url", ["http://", "http://x:99999/", "http://[::1", "ftp://example.org/", "x"])
def test_what_is_no_address(url):
    assert Asking().about(url).outcome == "malformed"


def test_the_portal_says_who_asks_and_pauses_between_questions(site, server):
    asking = Asking(pause=0.2)
    asking.about(f"{site}/fine"), asking.about(f"{site}/404")
    methods, _paths, agents, times = zip(*server.asked, strict=True)
    assert methods == ("HEAD", "HEAD", "GET")
    assert set(agents) == {"CAMI-portal-link-check (+https://portal.example.org/)"}
    assert all(later - earlier >= 0.15 for earlier, later in pairwise(times))


def test_a_host_that_is_silent_is_not_asked_for_every_link(site, server):
    asking = Asking(timeout=0.2)
    assert [asking.about(f"{site}{path}").outcome for path in ("/slow", "/fine")] == ["slow", "slow"]
    assert {path for method, path, *_rest in server.asked} == {"/slow"}


def test_links_are_found_in_all_fields_and_forgotten_with_them(site):
    article = f.ArticleFactory(
        link=f"{site}/a#part",
        body_en=f"<p><a href='{site}/b'>b</a> <a href='/en/about/'>own</a> <a href='mailto:x@y.org'>m</a></p>",
        body_ru=f'<p><a href="{site}/b">b</a><a href="https://portal.example.org/ru/">home</a></p>',
    )
    urls = CheckedLink.objects.used().values_list("url", flat=True).order_by("url")
    assert list(urls) == [f"{site}/a", f"{site}/b"]
    article.body_en = article.body_ru = ""
    article.save()
    assert list(urls.all()) == [f"{site}/a"]
    article.delete()
    assert list(urls.all()) == []


def test_the_command_reports_what_is_dead(site, capsys):
    article = f.ArticleFactory(link=f"{site}/404", body_en=f'<p><a href="{site}/fine">x</a></p>')
    f.ArticleFactory(link=f"{site}/429")
    type(article).objects.filter(pk=article.pk).update(body_ru=f'<p><a href="{site}/moved">x</a></p>')
    call_command("check_links", pause=0)
    assert capsys.readouterr().out.splitlines() == [
        f"dead: {site}/404 The site says that there is no such page (404).",
        "4 of 4 links checked: 2 work, 1 not certain, 1 dead.",
    ]
    assert [link.url for link in dead_links(article)] == [f"{site}/404"]
    assert CheckedLink.objects.get(url=f"{site}/moved").target == f"{site}/fine"


def test_the_command_checks_the_least_recent_first_and_stops_at_its_limit(site):
    articles = [f.ArticleFactory(link=f"{site}/fine?{n}") for n in range(3)]
    CheckedLink.objects.filter(url=articles[0].link).update(checked_at=timezone.now())
    call_command("check_links", pause=0, limit=2, verbosity=0)
    assert set(CheckedLink.objects.filter(result="ok").values_list("url", flat=True)) == {
        articles[1].link,
        articles[2].link,
    }


def test_links_of_the_rows_of_an_item_count_as_its_own(site, django_assert_num_queries):
    event = f.EventFactory()
    Document.objects.create(event=event, title="Report", link=f"{site}/404")
    other = f.EventFactory(link=f"{site}/410")
    call_command("check_links", pause=0, verbosity=0)
    with django_assert_num_queries(1):
        assert [link.url for link in dead_links(event)] == [f"{site}/404"]
    assert [link.url for link in dead_links(other)] == [f"{site}/410"]
    assert CheckedLink.objects.dead().count() == 2


def test_what_fails_is_dead_only_after_some_days():
    link, now = CheckedLink(url="http://x.example/"), timezone.now()
    failing = Answer("answered", 503)
    seen = []
    for days in (0, 0, 0, 2, 4):
        link.take(failing, now + timedelta(days=days))
        seen.append(link.result)
    assert seen == ["uncertain"] * 4 + ["dead"]
    link.take(Answer("answered", 200), now)
    assert (link.result, link.since, link.failures) == ("ok", None, 0)


def test_a_site_that_admits_no_program_is_never_called_dead():
    link, now = CheckedLink(url="http://x.example/"), timezone.now()
    for days in range(10):
        link.take(Answer("answered", 403), now + timedelta(days=days))
    assert link.result == "uncertain"


def test_when_nothing_answers_the_fault_may_be_ours(site, monkeypatch, capsys):
    f.ArticleFactory(link="http://gone.example/")
    away = {"gone.example"}

    def look_up(host, port, *args, **kwargs):
        if host in away:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
    call_command("check_links", pause=0)
    assert "No site answered" in capsys.readouterr().out
    assert set(CheckedLink.objects.values_list("result", flat=True)) == {"unchecked"}
    f.ArticleFactory(link=f"{site}/fine")
    call_command("check_links", pause=0, verbosity=0)
    assert dict(CheckedLink.objects.values_list("url", "result")) == {
        "http://gone.example/": "dead",
        f"{site}/fine": "ok",
    }
    # Alone, it is believed because a site that worked before still does.
    CheckedLink.objects.filter(result="dead").update(result="unchecked")
    gone = CheckedLink.objects.get(url="http://gone.example/")
    assert [link.result for link in check([gone])] == ["dead"]


def test_a_run_ends_in_time(site, server):
    for n in range(6):
        f.ArticleFactory(link=f"{site}/fine?{n}")
    began = time.monotonic()
    done = list(check(CheckedLink.objects.due(6), Asking(seconds=0.5, pause=0.2)))
    assert 1 <= len(done) < 6
    assert time.monotonic() - began < 1


# --- at the desk --------------------------------------------------------------------------------------------------

LIST, CHECK = "/admin/publishing/checkedlink/", "/admin/publishing/checkedlink/check/"


@pytest.fixture
def at_the_desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("boss@example.org"))
    return client


def test_the_list_names_the_items_and_is_narrowed_to_the_dead(at_the_desk, site):
    event = f.EventFactory(title_en="Round table", link=f"{site}/fine")
    Document.objects.create(event=event, title="Report", link=f"{site}/404")
    call_command("check_links", pause=0, verbosity=0)
    page = at_the_desk.get(LIST, {"task": "dead-links"}).content.decode()
    assert f'href="{LIST}?task=dead-links"' in at_the_desk.get("/admin/").content.decode()
    form = reverse("admin:events_event_change", args=[event.pk])
    assert f'<a href="{form}">Round table</a>' in page
    assert f"{site}/404" in page
    assert f"{site}/fine" not in page


def test_the_button_checks_some_links_and_says_what_came_of_it(at_the_desk, site, monkeypatch):
    for n in range(12):
        f.ArticleFactory(link=f"{site}/{'404' if n == 3 else 'fine'}?{n}")
    monkeypatch.setattr("publishing.links.Asking", lambda **options: Asking(options["seconds"]))
    page = at_the_desk.post(CHECK, follow=True).content.decode()
    assert "Checked: 10. Work: 10, not certain: 0, dead: 0." in page or "dead: 1." in page
    assert "2 links have not been checked yet." in page
    assert CheckedLink.objects.exclude(result=Result.UNCHECKED).count() == 10


def test_one_link_is_checked_again_from_its_page(at_the_desk, site):
    f.ArticleFactory(link=f"{site}/fine")
    link = CheckedLink.objects.get()
    page = at_the_desk.post(CHECK, {"link": link.url}, follow=True)
    assert page.redirect_chain == [(f"{LIST}{link.pk}/change/", 302)]
    assert CheckedLink.objects.get().result == "ok"
    assert at_the_desk.post(CHECK, {"link": "http://unknown.example/\0"}).status_code == 404
    assert at_the_desk.get(CHECK).status_code == 405


def test_content_made_past_the_models_is_found_by_the_command():
    article = f.ArticleFactory()
    type(article).objects.update(link="http://x.example/")
    assert not CheckedLink.objects.exists()
    note_all()
    assert CheckedLink.objects.get().places == [article]
