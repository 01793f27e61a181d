"""Workers that are killed, that hang, that are replaced while people read."""

import os
import signal
import time
from contextlib import closing, suppress

import pytest

from tests.stack.servers import ask, connect, in_threads, wait_for

pytestmark = pytest.mark.stack

PATHS = ("/en/", "/en/news/", "/ru/species/", "/api/v1/news/", "/en/search/?q=saiga")


def is_replaced(portal, worker):
    return worker not in portal.workers and len(portal.workers) == portal.wanted


def test_a_killed_worker_loses_its_own_requests_and_leaves_nothing_half_saved(postgres, on_postgres):
    with on_postgres() as portal, closing(connect(postgres.url)) as other:
        form, page = portal.article()
        title = portal.value("SELECT title_en FROM news_article ORDER BY id LIMIT 1")
        opened = portal.open_form(form)
        victim, survivor = portal.workers
        os.kill(survivor, signal.SIGSTOP)  # so that the other one gets what comes now
        cursor = other.cursor()
        cursor.execute("UPDATE publishing_contentversion SET number = number")  # whoever saves now waits inside
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

        def save():
            with suppress(OSError):  # the connection is cut
                return portal.submit(form, opened, title_en="Cut off").status

        with in_threads(save) as answers:
            wait_for("the save", lambda: portal.value(waiting))
            os.kill(survivor, signal.SIGCONT)
            os.kill(victim, signal.SIGKILL)
            assert [portal.get(path).status for path in PATHS * 4] == [200] * len(PATHS) * 4
        assert answers == [None]
        wait_for("another worker", lambda: is_replaced(portal, victim))
        other.rollback()
        wait_for("the end of what was cut", lambda: not portal.value(waiting))
        assert portal.value("SELECT title_en FROM news_article ORDER BY id LIMIT 1") == title
        assert portal.value("SELECT count(*) FROM reversion_version WHERE serialized_data LIKE '%Cut off%'") == 0
        assert portal.submit(form, opened, title_en="Saved whole").status == 302
        assert "Saved whole" in portal.get(page).text


def test_a_server_without_a_proxy_believes_no_header_and_has_nothing_to_complain_of(sqlite):
    with sqlite() as portal:
        told = portal.get("/en/news/", X_Forwarded_Proto="https", X_Forwarded_For="192.0.2.1", Script_Name="/evil")
        assert (told.status, told.content) == (200, portal.get("/en/news/").content)
        heads = [
            portal.get(path, method="HEAD") for path in ("/en/", "/en/nothing/", "/data/csv/news.csv", "/robots.txt")
        ]
        assert [(head.status, head.content) for head in heads][:2] == [(200, b""), (404, b"")]
        assert all(head.headers["Content-Length"] != "0" for head in heads)
    assert " WARNING " not in portal.log.read_text()


def test_a_worker_that_hangs_is_replaced_and_readers_do_not_notice(sqlite):
    with sqlite(timeout=5) as portal:
        frozen = portal.workers[0]
        os.kill(frozen, signal.SIGSTOP)
        end = time.monotonic() + 30
        while frozen in portal.workers:
            assert time.monotonic() < end
            assert [portal.get(path).status for path in PATHS] == [200] * len(PATHS)
        wait_for("another worker", lambda: is_replaced(portal, frozen))


def test_a_reload_while_people_read_and_write_fails_no_request(sqlite):
    with sqlite() as portal:
        form, page = portal.article()
        former, done = portal.workers, False

        def read():
            said = []
            while not done:
                said += [ask(portal.port, path).status for path in PATHS]
            return said

        def write():
            said = []
            while not done:
                said.append(portal.submit(form, title_en=f"Written during a reload {len(said)}").status)
            return said

        with in_threads(read, read, read, write) as answers:
            try:
                time.sleep(0.5)
                os.kill(portal.process.pid, signal.SIGHUP)
                wait_for("new workers", lambda: len(portal.workers) == 2 and not {*former} & {*portal.workers})
                time.sleep(0.5)
            finally:
                done = True
        *read_by, written = answers
        assert {status for said in read_by for status in said} == {200}
        assert {*written} == {302}
        assert f"Written during a reload {len(written) - 1}" in portal.get(page).text
