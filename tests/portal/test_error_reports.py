"""What is reported of an error to a service outside: enough to mend it, and nobody's data. A process of its own, as the
reporting bends Django for good.
"""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest
from django.conf import settings

# A visitor of whom everything is known, and a page that fails in the ways in which pages do.
SCENE = """
import io, logging, sys
import sentry_sdk
from cami_portal.wsgi import application
from news.views import ArticleList
from wsgiref.util import setup_testing_defaults

def fail(self):
    name = "LocalIvanov"
    sentry_sdk.set_user({"username": "UserIvanov", "ip_address": "203.0.113.11"})
    sentry_sdk.set_extra("who", "ExtraIvanov")
    raise ValueError("no row for ivan@private.example\\nDETAIL:  Failing row contains (Ivanov)")

ArticleList.get_queryset = fail
form = b"email=FormIvanov&password=FormSecret"
def ask(**more):
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/en/news/", "QUERY_STRING": "q=QueryIvanov", "HTTP_HOST": "127.0.0.1",
        "HTTP_COOKIE": "sessionid=CookieSecret", "HTTP_USER_AGENT": "AgentIvanov", "REMOTE_ADDR": "203.0.113.9",
        "HTTP_X_FORWARDED_FOR": "203.0.113.10", "HTTP_REFERER": "https://x.example/RefererIvanov",
        "HTTP_AUTHORIZATION": "Basic AuthSecret", "CONTENT_LENGTH": str(len(form)), "wsgi.input": io.BytesIO(form),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    } | more
    setup_testing_defaults(environ)
    logging.getLogger("x").info("BreadcrumbIvanov")
    status = []
    application(environ, lambda *told: status.append(told[0]))
    return status[0][:3]

said = [ask(), ask(HTTP_HOST="evil.example"), ask(PATH_INFO="/preview/TokenSecret/")]
logging.getLogger("cami_portal").error("Mail to %s failed", "log@private.example")
sentry_sdk.flush()
print(*said)
"""


@pytest.fixture
def service():
    """A service that keeps the reports: ``(its DSN, [report, …])``."""
    reports = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers["Content-Encoding"], bytes)
            reports.append(unpack(body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", reports
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_report_says_what_failed_and_nothing_of_the_visitor(service):
    dsn, reports = service
    environment = os.environ | {
        "SENTRY_DSN": dsn, "SENTRY_RELEASE": "r1", "DATABASE_URL": "sqlite://:memory:", "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "cami_portal.settings", "SITE_URL": "", "HTTPS": "false",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - the words of the command stand here
        [sys.executable, "-c", SCENE, "argument@private.example"],
        env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["500", "400", "503"], done.stderr
    events = [json.loads(report.splitlines()[2]) for report in reports]
    failed, preview, logged = events
    assert failed["exception"]["values"][-1]["value"] == "no row for …@…\nDETAIL: …"
    assert (failed["release"], failed["environment"]) == ("r1", "production")
    assert failed["request"] == {"method": "GET", "url": "http://127.0.0.1/en/news/"}
    assert failed["tags"]["request"]
    assert preview["request"]["url"] == "http://127.0.0.1/preview/…/"
    assert logged["logentry"] == {"message": "Mail to …@… failed"}
    # Lines of the code stand in a report; the scene itself has no file whose lines could.
    for private in ("Ivanov", "Secret", "203.0.113", "private.example", "FormIv"):
        assert [report for report in reports if private in report] == []


def test_without_an_address_to_report_to_nothing_of_it_is_loaded():
    assert not settings.SENTRY_DSN
    assert "sentry_sdk" not in sys.modules
