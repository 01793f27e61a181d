"""A database that is stopped, that comes back, that forgets its connections, or that takes them and says nothing."""

import json
import select
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from tests.stack.servers import in_threads, wait_for

pytestmark = pytest.mark.stack

AWAY = 3  # seconds of waiting for a connection
SOON = 2  # on a busy machine; a tenth of it on a quiet one
KEPT = "/en/"
RUSSIAN, HEADING = "/ru/news/", "Портал ненадолго остановился"


def keep(portal, *paths):
    """Ask until every worker has these pages."""
    for _ in range(12 * len(portal.workers)):
        for path in paths:
            assert portal.get(path).status == 200


def test_without_its_database_the_portal_shows_what_it_keeps_and_says_of_the_rest_that_it_rests(postgres, on_postgres):
    with on_postgres() as portal:
        form, page = portal.article()
        keep(portal, KEPT, page)
        opened = portal.open_form(form)
        postgres.stop()
        for _ in range(6):
            answer = portal.get(KEPT)
            assert (answer.status, answer.seconds < SOON) == (200, True)
        for path in (
            RUSSIAN,
            "/en/news/",
            "/api/v1/news/",
            "/en/news/feed.atom",
            "/informea.svc/Meetings",
            form,
            "/admin/",
        ):
            answer = portal.as_editor(path) if path.startswith("/admin/") else portal.get(path)
            assert (path, answer.status, answer.headers["Retry-After"]) == (path, 503, "30")
            assert (answer.headers["Cache-Control"], answer.seconds < SOON) == ("no-store", True)
            if path == RUSSIAN:
                assert HEADING in answer.text
                assert answer.headers["Content-Language"] == "ru"
            if path.startswith("/api/"):
                assert json.loads(answer.text)
        answer = portal.submit(form, opened, title_en="Typed while it was away")
        assert (answer.status, "Nothing was saved. Go back" in answer.text) == (503, True)

        postgres.start()
        for path in (RUSSIAN, KEPT, "/api/v1/news/", "/en/news/feed.atom"):
            assert portal.get(path).status == 200
        assert portal.submit(form, opened, title_en="Typed after it came back").status == 302
        for _ in range(8):
            assert "Typed after it came back" in portal.get(page).text


def test_connections_that_died_while_nobody_asked_cost_no_request_and_show_nothing_old(postgres, on_postgres):
    with on_postgres() as portal:
        form, page = portal.article()
        keep(portal, page)
        for title in ("After one restart", "After another restart"):
            postgres.stop()
            postgres.start()
            postgres.change(f"UPDATE news_article SET title_en = '{title}'")
            for _ in range(16):
                answer = portal.get(page)
                assert (answer.status, title in answer.text) == (200, True)
            assert [portal.as_editor(form).status for _ in range(4)] == [200] * 4


@contextmanager
def line_to(postgres):
    """A port that leads to the server, until ``swallow`` is set: then everything is taken, and nothing answered."""
    swallow, ended = threading.Event(), threading.Event()
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept():
        while not ended.is_set():
            with suppress(TimeoutError):
                client, _ = server.accept()
                threading.Thread(target=carry, args=[client], daemon=True).start()

    def carry(client):
        with client, socket.socket(socket.AF_UNIX) as there, suppress(OSError):
            there.connect(str(postgres.socket))
            ways = {client: there, there: client}
            while not ended.is_set():
                for one in select.select([*ways], [], [], 0.2)[0]:
                    if not (said := one.recv(65536)):
                        return
                    if not swallow.is_set():
                        ways[one].sendall(said)

    server.settimeout(0.2)
    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield swallow, f"postgres://portal@127.0.0.1:{server.getsockname()[1]}/portal"
    finally:
        ended.set()
        accepting.join(timeout=5)
        server.close()


def test_a_database_that_takes_everything_and_says_nothing_does_not_hold_the_portal(postgres, on_postgres):
    """Connections that are open fall silent too; here a statement may take a second, six with what is waited beyond."""
    patience = 1 + 5
    with line_to(postgres) as (swallow, url), on_postgres(database=url, STATEMENT_SECONDS="1") as portal:
        _form, page = portal.article()
        keep(portal, KEPT, page)
        swallow.set()
        with in_threads(*[lambda: portal.get(KEPT)] * 12, *[lambda: portal.get(RUSSIAN)] * 12) as answers:
            pass
        assert [answer.status for answer in answers] == [200] * 12 + [503] * 12
        assert max(answer.seconds for answer in answers) < 2 * (patience + AWAY)
        # From now on one thread of a worker asks, and nobody else waits for it.
        with in_threads(*[lambda: portal.get(KEPT)] * 12, *[lambda: portal.get(RUSSIAN)] * 4) as answers:
            pass
        assert [answer.status for answer in answers] == [200] * 12 + [503] * 4
        assert sum(answer.seconds < SOON for answer in answers) >= len(answers) - len(portal.workers) * 2
        swallow.clear()
        wait_for("the end of the silence", lambda: portal.get(RUSSIAN).status == 200, 5)
        for _ in range(8):
            assert portal.get(page).status == portal.get("/en/news/").status == 200
