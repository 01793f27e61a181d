"""The log: what happened, when and in which request; of no person, and in lines that nobody can forge."""

import io
import json
import logging
import sys
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection

from cami_portal import logs, requests
from cami_portal.page_cache import PageCache
from cami_portal.requests import NumberedRequests
from tests import factories as f

pytestmark = pytest.mark.django_db

FORGED = "/en/x\n2026-01-01T00:00:00.000Z INFO forged\x1b[31m\x9b\u202e\u2028\x7f\x00/"


@pytest.fixture(autouse=True)
def _no_request():
    token = logs.request_id.set("")
    for signal in (request_started, request_finished):  # the connection of a test must stay
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    logs.request_id.reset(token)


@pytest.fixture
def log():
    """What is written, by format: ``{"text": [line, …], "json": [object, …]}``; also of loggers with own handlers."""
    written = {"text": [], "json": []}

    class Both(logging.Handler):
        def emit(self, record):
            written["text"].append(logs.Text().format(record))
            written["json"].append(json.loads(logs.Json().format(record)))

    handler, loggers = Both(), [logging.getLogger(), logging.getLogger("gunicorn.error")]
    for one in loggers:
        one.addHandler(handler)
    yield written
    for one in loggers:
        one.removeHandler(handler)


def ask(path, application=None, **headers):
    """``(status, {header: value}, body)`` of what the outermost application answers."""
    path, _mark, query = path.partition("?")
    environ = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query, "HTTP_HOST": "testserver"}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    setup_testing_defaults(environ)
    told = []
    application = NumberedRequests(application or WSGIHandler())
    parts = application(environ, lambda status, given, exc_info=None: told.append((status, dict(given))))
    body = b"".join(parts).decode()
    if hasattr(parts, "close"):
        parts.close()
    status, given = told[0]
    return int(status[:3]), given, body


def record_of(message, *args, error=None, logger="some.library"):
    return logging.LogRecord(logger, logging.WARNING, "", 0, message, args, error)


def test_a_request_leaves_one_line_with_its_number(log):
    f.ArticleFactory(slug="a")
    ask("/en/news/a/")
    log["json"].clear()
    status, headers, _body = ask("/en/news/a/?q=Ivanov")
    (line,) = log["json"]
    assert line["request"] == headers["X-Request-ID"]
    assert {name: line[name] for name in ("level", "method", "path", "status")} == {
        "level": "INFO", "method": "GET", "path": "/en/news/a/", "status": status,
    }  # fmt: skip
    assert 0 < line["queries"] < 25
    assert 0 < line["query_ms"] < line["ms"]
    assert line["time"].endswith("Z")


def test_a_kept_page_has_the_number_of_each_request(log):
    portal = PageCache(WSGIHandler(), 2_000_000)
    answers = [ask("/en/species/", portal) for _ in range(2)]
    assert answers[0][2] == answers[1][2]
    assert [line["request"] for line in log["json"]] == [headers["X-Request-ID"] for _status, headers, _body in answers]
    assert len({line["request"] for line in log["json"]}) == 2


def test_probes_and_static_files_leave_a_line_only_when_they_fail(log):
    assert [ask(path)[0] for path in ("/livez", "/static/portal/css/none.css")] == [200, 404]
    assert [line["path"] for line in log["json"]] == ["/static/portal/css/none.css"]


@pytest.mark.parametrize(
    ("behind_proxy", "given", "is_taken"),
    [
        (True, "0123456789abcdef0123456789abcdef", True),
        (False, "0123456789abcdef0123456789abcdef", False),
        *[
            (True, given, False)
            for given in ("short", "with space", 'a"b,c{d}e', "a" * 65, "номер-запроса", "x\ny" * 5)
        ],
    ],
)
def test_a_number_is_taken_from_a_trusted_proxy_only_and_if_it_is_well_formed(settings, behind_proxy, given, is_taken):
    settings.BEHIND_PROXY = behind_proxy
    told = requests.number_of({"HTTP_X_REQUEST_ID": given})
    assert (told == given) == is_taken
    assert requests.NUMBER.fullmatch(told)


def test_nothing_in_an_address_forges_a_line(log):
    ask("/en/" + "x%0a2026-01-01T00:00:00.000Z%20INFO%20forged%1b%5b31m%c2%9b%e2%80%ae%e2%80%a8%7f/")
    (line,) = log["text"]
    assert line.isprintable()
    assert r"x\n2026-01-01T00:00:00.000Z%20INFO%20forged\x1b[31m\x9b\u202e\u2028\x7f/ 404" in line


def test_nothing_that_a_library_says_forges_a_line():
    try:
        raise ValueError(FORGED)
    except ValueError:
        error = sys.exc_info()
    for record in (record_of("%s", FORGED), record_of(FORGED), record_of("Failed", error=error)):
        first, *others = logs.Text().format(record).split("\n")
        assert all(line.startswith("  | ") and line.isprintable() for line in others)
        assert first.isprintable()
        line = logs.Json().format(record)
        assert (line.isascii(), line.isprintable()) == (True, True)
        assert FORGED in json.loads(line)["message"] + json.loads(line).get("trace", "")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Mail to ivan.ivanov+x@mail.example.org failed", "Mail to …@… failed"),
        ("Invalid request from ip=203.0.113.9: Bad", "Invalid request from ip=… Bad"),
        ("Error handling request GET /en/search/?q=Ivanov", "Error handling request GET /en/search/?…"),
        ("Not Found: /preview/s3-cr_t/?language=ru", "Not Found: /preview/…/?…"),
        ("Not Found: /preview;x/s3-cr_t/ 404", "Not Found: /preview;…/ 404"),
        ("Not Found: /preview%252Fs3-cr_t", "Not Found: /preview%…"),
        ("a preview of it", "a preview of it"),
        ("/accounts/password/MQ/c5-abc/", "/accounts/password/…/"),
        ("Key exists.\nDETAIL:  Key (email)=(ivan) exists.\n", "Key exists.\nDETAIL: …\n"),
    ],
)
def test_the_log_names_no_person_and_no_secret(said, written):
    assert json.loads(logs.Json().format(record_of("%s", said)))["message"] == written
    assert written.splitlines()[0] in logs.Text().format(record_of(said))


def test_long_and_odd_texts_take_no_time():
    for text in ("a" * 100_000, "a.@" * 30_000, "/?" * 50_000, "\ud800" * 100_000):
        assert len(logs.Json().format(record_of("%s", text))) < 200_000


@pytest.mark.parametrize(
    ("path", "headers", "logger"),
    [
        ("/en/news/?" + "&" * 1100, {}, "django.security.TooManyFieldsSent"),
        ("/en/", {"host": "evil.example\n"}, "django.security.DisallowedHost"),
    ],
)
def test_what_anybody_can_send_leaves_no_trace(monkeypatch, path, headers, logger):
    written = io.StringIO()
    for name in ("", "django.security"):  # as the settings made them
        for handler in logging.getLogger(name).handlers:
            if type(handler) is logging.StreamHandler:
                monkeypatch.setattr(handler, "stream", written)
    assert ask(path, **headers)[0] == 400
    assert [line.split()[2] for line in written.getvalue().splitlines()] == [f"{logger}:", "cami_portal.requests:"]


def test_a_slow_statement_is_told_without_what_was_asked_for(log, settings, django_assert_num_queries):
    settings.SLOW_QUERY_MS = 0.000001
    with connection.execute_wrapper(requests.Queries()), connection.cursor() as cursor:
        cursor.execute("SELECT %s, 'Ivan''s', 1 WHERE 1 IN (%s, %s)", ["Ivanov", 1, 2])
    (line,) = log["json"]
    assert line["statement"] == "SELECT %s, '…', 1 WHERE 1 IN (%s, …)"
    settings.SLOW_QUERY_MS = 0
    with connection.execute_wrapper(requests.Queries()), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert len(log["json"]) == 1


def fails(error):
    def failing(*args, **kwargs):
        raise error

    return failing


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("error", "status"), [(ValueError("x"), 500), (OperationalError("x"), 503)])
def test_who_meets_a_fault_is_given_the_number_of_the_request(monkeypatch, log, language, error, status):
    monkeypatch.setattr("news.views.ArticleList.get_queryset", fails(error))
    answered, headers, body = ask(f"/{language}/news/")
    assert answered == status
    assert f'<code translate="no">{headers["X-Request-ID"]}</code>' in body
    assert {line["request"] for line in log["json"]} == {headers["X-Request-ID"]}


def test_programs_are_given_the_number_too(monkeypatch, log):
    monkeypatch.setattr("news.records.ArticleRecord.ready", fails(ValueError("x")))
    f.ArticleFactory()
    status, headers, body = ask("/api/v1/news/")
    assert (status, json.loads(body)["request"]) == (500, headers["X-Request-ID"])
    status, headers, body = ask("/api/v1/nothing/")
    assert (status, set(json.loads(body))) == (404, {"status", "messages"})


def test_a_page_that_was_not_found_names_no_number(log):
    assert "translate=" not in ask("/en/nothing/")[2]
