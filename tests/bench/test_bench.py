"""The benchmark reads whole answers and the right clocks, and what it asks for is there."""

import socket
import subprocess
import sys
from threading import Thread

import pytest

from bench import report
from bench.load import Reader, Site
from bench.measure import Cost, Results, percentile
from bench.processes import memory_mib, processor_ms
from bench.rows import Row, rows
from tests import factories as f

BUSY = "import time\nwhile time.process_time() < 0.3: pass"
WITH_AN_ENDED_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}]); print(); input()"


@pytest.fixture
def served():
    """A function that serves parts of an answer to one reader, who gets the last after he has read the first."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(*parts):
            def answer():
                connection, _address = server.accept()
                with connection:
                    connection.recv(4096)
                    for part in parts:
                        connection.sendall(part)

            Thread(target=answer, daemon=True).start()
            return Reader(Site(server.getsockname()[1]))

        yield serve


@pytest.mark.parametrize(
    "head, body",
    [
        (b"Content-Length: 7\r\n", [b"abc", b"defg"]),
        (b"Transfer-Encoding: chunked\r\n", [b"3\r\nabc\r\n4\r\nde", b"fg\r\n0\r\n", b"\r\n"]),
        (b"Connection: close\r\n", [b"abc", b"defg"]),
    ],
)
def test_an_answer_is_read_to_its_end(served, head, body):
    start = b"HTTP/1.1 200 OK\r\nETag: x\r\n" + head + b"\r\n"
    with served(start[:9], start[9:], *body) as reader:
        answer = reader.ask("/")
    whole = b"".join(body)
    assert (answer.status, answer.headers["etag"], answer.body) == (200, "x", whole)
    assert answer.size == len(start) + len(whole)


def test_a_304_has_no_body_to_wait_for(served):
    with served(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n") as reader:
        assert reader.ask("/").status == 304


def test_the_time_of_children_counts_also_when_they_have_ended():
    command = [sys.executable, "-c", WITH_AN_ENDED_CHILD]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - all words stand here
    process.stdout.readline()
    assert 280 <= processor_ms(process.pid) < 2000
    assert processor_ms(process.pid, but=[process.pid]) == 0
    assert 2 < memory_mib(process.pid) < 100
    process.communicate(b"\n", timeout=10)


def test_a_percentile_is_one_of_the_values():
    assert [percentile(range(1, 201), percent) for percent in (50, 99)] == [100, 198]
    assert percentile([3, 1, 2], 50) == 2


@pytest.mark.django_db
def test_what_is_asked_for_is_there(client):
    f.SpeciesFactory(slug="saiga")
    articles = [f.ArticleFactory() for _time in range(21)]
    paths = [path for row in rows(21, articles[0].get_absolute_url()) for path in row.paths]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_the_report_says_what_is_met_and_what_is_missed():
    quick, slow = Row("quick", "kept", ("/",), 1), Row("slow", "anew", ("/",), {"sqlite": 8, "postgresql": 9})
    results = Results("sqlite", "SQLite 3", 1000, start=1.5, memory=200, loops=[40.0])
    for row, cpu in [(quick, 0.5), (slow, 8.5)]:
        results.costs.append(Cost(row, cpu, 0, 0.01, 100, p50=cpu, p99=None, size=1234, queries=3))
    lines = list(report.report([results]))
    assert "| quick | 0.500 | – | 2 % | ≤ 1 met | 0.500 | – | 3 | 1,234 |" in lines
    assert "| slow | 8.50 | – | 0 % | ≤ 8 **missed** | 8.50 | – | 3 | 1,234 |" in lines
    assert "| slow | **8.50** |" in lines
    assert lines[-3:-1] == ["Start to first page 1.50 s (≤ 2 met); ", "memory 200 MiB (≤ 180 **missed**)."]
