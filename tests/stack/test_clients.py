"""Behind the shipped proxy: hundreds of slow clients, Redis away, the database away, workers exchanged."""

import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.stack.servers import in_threads, wait_for
from tests.stack.whole import Editor

pytestmark = pytest.mark.stack

EACH = 50  # clients of each kind; one address may have 256 connections
HEAD = "Host: localhost\r\nUser-Agent: slow\r\n"
SLOW = {
    "says nothing": "",
    "stops inside the header": f"GET /en/ HTTP/1.1\r\n{HEAD}X-Slow: ",
    "stops inside the body": f"POST /accounts/login/ HTTP/1.1\r\n{HEAD}Content-Length: 9000\r\n\r\nlogin=",
    "reads nothing": f"GET /api/v1/events/?per_page=100 HTTP/1.1\r\n{HEAD}\r\n" * 20,
    "asks once and stays": f"GET /en/ HTTP/1.1\r\n{HEAD}\r\n",
}


@contextmanager
def slow_clients(address, trust, each=EACH):
    """So many clients of each kind, connected until the end."""
    with ExitStack() as opened:
        for start in SLOW.values():
            for _ in range(each):
                client = socket.socket()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.settimeout(20)
                client.connect((address.hostname, address.port))
                if trust and start:
                    client = trust.wrap_socket(client, server_hostname=address.hostname)
                opened.enter_context(client)
                client.sendall(start.encode())
        yield


@pytest.fixture(scope="module")
def stack(whole_stack):
    return whole_stack


@pytest.fixture(scope="module")
def editor(stack, in_whole_stack):
    return Editor(stack)


def slowest(stack, number):
    """Seconds of the slowest of some answers: kept, made anew, and those of forms."""
    longest = 0
    for path in ("/en/", f"/en/news/?year={number}", f"/api/v1/news/?year={number}", "/accounts/login/"):
        begin = time.monotonic()
        answer = stack.get(path)
        longest = max(longest, time.monotonic() - begin)
        assert (path, answer.status) == (path, 200)
    return longest


def test_two_hundred_slow_clients_do_not_stop_the_others(stack):
    alone = max(slowest(stack, number) for number in range(1990, 1996))
    with slow_clients(urlsplit(stack.url), stack.trust):
        assert max(slowest(stack, number) for number in range(2000, 2010)) < 1 + 3 * alone  # the machine may be busy


def test_without_redis_visitors_read_and_who_signs_in_is_told(stack, editor):
    redis = int((stack.folder / "redis.pid").read_text())
    os.kill(redis, signal.SIGKILL)
    assert stack.get("/en/news/?year=1999").status == 200
    assert editor.ask("/admin/news/article/").status == 200  # who is signed in goes on
    answer = Editor(stack).signed_in
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "Its database cannot be reached" in answer.content.decode()
    with redis_again(stack):
        assert Editor(stack).signed_in.status == 302


@contextmanager
def redis_again(stack):
    at = stack.folder / "redis.sock"
    at.unlink(missing_ok=True)
    command = ["redis-server", "--port", "0", "--unixsocket", str(at), "--save", "", "--dir", str(stack.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - the words stand above
        try:
            wait_for("Redis", at.is_socket)
            yield
        finally:
            process.kill()


def test_workers_are_exchanged_behind_the_proxy_and_nobody_notices(stack, editor):
    master = int((stack.folder / "gunicorn.pid").read_text())
    form = "/admin/news/article/1/change/"
    done = False

    def read():
        said = []
        while not done:
            said += [stack.get(f"{path}?year={len(said) % 40 + 1980}").status for path in ("/en/news/", "/ru/events/")]
        return said

    def write():
        said = []
        while not done:
            said.append(editor.change(form, title_en=f"Written during a reload {len(said)}").status)
        return said

    with in_threads(read, read, write) as answers:
        try:
            for _ in range(2):
                former = children(master)
                os.kill(master, signal.SIGHUP)
                wait_for("new workers", lambda former=former: not former & children(master))
                time.sleep(0.3)
        finally:
            done = True
    assert [{*said} for said in answers] == [{200}, {200}, {302}]


def children(process):
    return {*Path(f"/proc/{process}/task/{process}/children").read_text().split()}


def test_without_its_database_the_site_behind_the_proxy_goes_on_with_what_it_keeps(stack, postgres):
    kept, other = "/en/species/", "/ru/events/?year=2001"
    for _ in range(2):
        stack.get(kept)
    postgres.stop()
    assert stack.get(kept).status == 200
    answer = stack.get(other)
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "30", "no-store")
    assert "Портал ненадолго остановился" in answer.content.decode()
    postgres.start()
    assert stack.get(other).status == 200
