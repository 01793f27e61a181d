"""The whole stack by the shipped configuration (deploy/): nginx with TLS, gunicorn, PostgreSQL, Redis, the seed."""

import gzip
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from redis import Redis

from tests.admin.conftest import fields_of
from tests.stack.whole import PREPARE, ROOT, Browser, Editor, Stack, answer_of, stat_of

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def stack():
    stack = Stack(STACK_RATE="100000")
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def made(stack):
    return json.loads(stack.run(PREPARE))


@pytest.fixture(scope="module")
def editor(stack, made):
    return Editor(stack)


# --- pages and names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("page", ["", "news/", "events/", "species/", "contacts/", "search/", "about/"])
def test_pages_in_both_languages(stack, language, page):
    answer = stack.get(f"/{language}/{page}")
    assert answer.status == 200
    assert re.search(r'<html[^>]* lang="(\w+)"', answer.content.decode())[1] == language


def test_pages_have_the_headers_that_guard_them(stack):
    headers = stack.get("/en/news/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"].split("; ")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Server"] == "nginx"
    assert headers["Set-Cookie"] is None
    assert headers["X-Accel-Expires"] is None
    repeated = [name for name, count in {name: len(headers.get_all(name)) for name in headers}.items() if count > 1]
    assert repeated == []


def test_plain_http_leads_to_https(stack):
    answer = stack.get("/en/news/?topic=1", url=stack.plain)
    assert (answer.status, answer.headers["Location"]) == (301, f"{stack.url}/en/news/?topic=1")


@pytest.mark.parametrize("port", ["url", "plain"])
@pytest.mark.parametrize("host", ["elsewhere.example.org", "localhost.example.org", "127.0.0.1"])
def test_another_host_gets_no_answer(stack, port, host):
    with pytest.raises(http.client.RemoteDisconnected):
        stack.get("/en/", url=getattr(stack, port), Host=host)


def test_no_name_is_no_request(stack):
    assert (stack.get("/en/", Host="").status, stack.get("/en/", url=stack.plain, Host="").status) == (400, 400)


def test_another_name_is_shown_no_certificate(stack):
    address = urlsplit(stack.url)
    with socket.create_connection(("127.0.0.1", address.port), timeout=10) as plain, pytest.raises(ssl.SSLError):
        stack.trust.wrap_socket(plain, server_hostname="elsewhere.example.org")


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_Host": "evil.example.org"},
        {"Forwarded": "host=evil.example.org;proto=http"},
        {"Host": "localhost:99"},
        {"X_Forwarded_Proto": "http"},
        {"X_Forwarded_Ssl": "off"},
        {"X_Forwarded_Port": "99"},
        {"Script_Name": "/evil"},
        {"X_Original_URL": "/en/species/"},
    ],
)
@pytest.mark.parametrize("path", ["/en/news/list.atom", "/sitemap.xml", "/en/contacts/"])
def test_no_header_moves_whole_addresses_or_what_is_kept(stack, path, headers):
    fresh = f"{path}?{urlencode({'page': 1})}" if path.endswith("/") else path
    as_told = stack.get(fresh, **headers)
    as_is = stack.get(fresh)
    assert (as_told.status, as_told.content) == (as_is.status, as_is.content)
    assert b"evil" not in as_is.content
    assert b"localhost:99" not in as_is.content


def test_the_name_in_the_first_line_counts(stack):
    with pytest.raises(http.client.RemoteDisconnected):
        stack.get("https://elsewhere.example.org/en/news/", Host="localhost")


# --- files --------------------------------------------------------------------------------------------------------


def static_file(stack, ending):
    return re.search(rf'"(/static/[^"]+\.{ending})"', stack.get("/en/news/").content.decode())[1]


@pytest.mark.parametrize("ending", ["css", "js"])
def test_static_files_are_immutable_and_compressed_beforehand(stack, ending):
    path = static_file(stack, ending)
    plain, packed = stack.get(path), stack.get(path, Accept_Encoding="gzip, br")
    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.content == (stack.folder / "state" / f"{path[1:]}.gz").read_bytes()
    assert stack.get(path, If_None_Match=plain.headers["ETag"]).status == 304


def headers_of_the_application(stack, path):
    """What it says of a file itself, which nginx sends in its place."""
    connection = http.client.HTTPConnection("localhost", timeout=20)
    with closing(connection), closing(socket.socket(socket.AF_UNIX)) as connection.sock:
        connection.sock.connect(str(stack.folder / "state" / "current.sock"))
        connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
        return answer_of(connection).headers


@pytest.mark.parametrize("kind", ["static", "picture"])
def test_nginx_says_of_files_what_the_application_says(stack, made, kind):
    path = static_file(stack, "css") if kind == "static" else f"/media/{made['picture']}"
    ours, theirs = stack.get(path).headers, headers_of_the_application(stack, path)
    names = {name.lower() for name in theirs}
    assert {"referrer-policy", "x-content-type-options", "cache-control", "cross-origin-opener-policy"} < names
    differ = {"server", "date", "connection", "content-length", "last-modified", "etag", "accept-ranges", "vary"}
    differ |= {"content-type", "content-disposition", "access-control-allow-origin", "content-language"}
    differ |= {"content-security-policy", "strict-transport-security", "cache-control", "x-request-id"}
    assert {name: ours[name] for name in names - differ} == {name: theirs[name] for name in names - differ}
    assert ours["Strict-Transport-Security"].startswith("max-age=31536000")
    assert ours["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert ours["Content-Type"].partition(";")[0] == theirs["Content-Type"].partition(";")[0]


def test_pictures_are_shown_and_documents_are_saved(stack, made):
    for name in [made["picture"], *made["variants"]]:
        answer = stack.get(f"/media/{name}")
        assert (answer.status, answer.headers["Content-Disposition"]) == (200, None)
        assert answer.headers["Content-Type"].startswith("image/")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    document = stack.get(made["document"])
    assert document.status == 200
    assert document.headers["Content-Disposition"].startswith("attachment;")
    assert document.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/media/", "/media/pictures/", "/media/documents/", "/static/", "/static/portal/", "/media/removed/",
        "/media/pictures/../../edition", "/media/pictures/%2e%2e/%2e%2e/edition", "/media/pictures/..%2f..%2fedition",
        "/static/../edition", "/static/..%2fedition", "/edition", "/-/edition", "/current.sock", "/.env", "/var/",
        "/-/", "/-/errors/unavailable.html", "/deploy/nginx/cami.conf",
    ],
)  # fmt: skip
def test_no_folder_is_listed_and_none_is_left(stack, made, path):
    answer = stack.get(path)
    assert answer.status in (400, 404) or (path, answer.content) == ("/-/edition", b"")


def test_what_was_put_aside_is_shown_to_nobody(stack, made):
    removed = stack.folder / "state" / "media" / "removed" / "pictures" / ("a" * 32 + ".png")
    removed.parent.mkdir(parents=True, exist_ok=True)
    removed.write_bytes(b"png")
    assert stack.get(f"/media/removed/pictures/{removed.name}").status == 404
    assert stack.get(f"/media/pictures/{removed.name}").status == 404


# --- the desk -----------------------------------------------------------------------------------------------------


def test_who_signs_in_gets_cookies_for_https_only(stack, editor):
    assert (editor.signed_in.status, editor.signed_in.headers["Location"]) == (302, "/admin/")
    cookies = {name: (one["secure"], one["samesite"]) for name, one in editor.cookies.items()}
    assert cookies["sessionid"] == cookies["csrftoken"] == (True, "Lax")
    assert editor.cookies["sessionid"]["httponly"]
    assert editor.ask("/admin/news/article/").status == 200


def test_the_desk_is_kept_by_nobody(stack, editor):
    for path in ("/admin/", "/accounts/login/", "/en/news/"):
        line = stack.line_of(editor.ask(path))
        assert line["path"] == path
        assert line["cache"] in ("", "BYPASS")


@pytest.mark.parametrize(("path", "size"), [("/admin/news/article/add/", 65 * 2**20), ("/accounts/login/", 17 * 2**10)])
def test_what_is_too_large_is_told_readably(stack, path, size):
    with closing(stack.connection()) as connection:
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        answer = answer_of(connection)
    assert answer.status == 413
    assert "<h1>This is too large</h1>" in answer.content.decode()
    assert "<h1>Слишком большой объём данных</h1>" in answer.content.decode()


def test_an_address_that_is_too_long_is_told_readably(stack):
    answer = stack.get("/en/search/?q=" + "x" * 10_000)
    assert answer.status == 414
    assert "the address is too long" in answer.content.decode()
    assert stack.get("/en/search/?q=" + "x" * 6_000).status == 400


def test_tries_are_counted_by_the_address_of_the_connection(stack, made):
    """And in Redis: ``REDIS_URL`` is set."""

    def wrong(address, told):
        client = Browser(stack)
        form = fields_of(client.ask("/accounts/login/")) | {"login": "nobody@example.org", "password": "wrong"}
        cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        return stack.get(
            "/accounts/login/", "POST", urlencode(form), source=address, X_Forwarded_For=told, X_Real_IP=told,
            Cookie=cookies, Referer=stack.url, Content_Type="application/x-www-form-urlencoded",
        ).status  # fmt: skip

    assert [wrong("127.0.0.7", f"192.0.2.{n}") for n in range(6)] == [200] * 5 + [429]
    assert wrong("127.0.0.8", "127.0.0.7") == 200
    with closing(Redis(unix_socket_path=str(stack.folder / "redis.sock"))) as redis:
        assert [key for key in redis.keys("cami:*") if b"login_failed" in key] != []


def test_a_preview_is_in_no_log_of_nginx(stack, made):
    token = made["preview"].strip("/").rpartition("/")[2]
    assert b"Only by a link" in stack.get(made["preview"]).content
    stack.get(made["preview"], url=stack.plain)
    stack.get(f"/accounts/password/MQ/{token}/")
    stack.get(f"/accounts/password/MQ/{token}/", url=stack.plain)
    answer = stack.get("/en/", Referer=stack.url + made["preview"])
    assert (answer.status, stack.line_of(answer)["path"]) == (200, "/en/")
    logs = [path for path in (stack.folder / "log").iterdir() if path.name != "gunicorn.log"]
    assert len(logs) >= 3
    assert [path.name for path in logs if token in path.read_text() or "/preview/" in path.read_text()] == []


def test_addresses_are_logged_without_their_last_part_and_queries_not_at_all(stack):
    answer = stack.get("/en/search/?q=somebody", source="127.0.3.77", User_Agent="Somebodys/1.0")
    line = stack.line_of(answer)
    log = (stack.folder / "log" / "cami.log").read_text()
    assert (line["address"], line["path"], line["time"][-6:]) == ("127.0.3.0", "/en/search/", "+00:00")
    assert [one for one in ("127.0.3.77", "somebody", "Somebodys") if one in log] == []


# --- pages that nginx keeps ---------------------------------------------------------------------------------------


def test_a_page_is_asked_for_once(stack, made):
    assert [stack.kept("/en/contacts/") for _ in range(3)][1:] == ["HIT", "HIT"]


def test_each_encoding_is_kept_by_itself(stack):
    answers = [stack.get("/en/species/", Accept_Encoding=taken) for taken in ("br", "gzip, br;q=0", "identity", "br")]
    assert [answer.headers["Content-Encoding"] for answer in answers] == ["br", "gzip", None, "br"]
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    assert answers[0].content == answers[3].content
    assert gzip.decompress(answers[1].content) == answers[2].content
    assert {answer.headers["Vary"] for answer in answers} == {"Accept-Encoding"}


def test_who_has_a_page_is_told_so_by_nginx(stack):
    tag = stack.get("/en/species/").headers["ETag"]
    answer = stack.get("/en/species/", If_None_Match=tag)
    assert (answer.status, answer.content, stack.line_of(answer)["cache"]) == (304, b"", "HIT")
    assert stack.get("/en/species/", "HEAD").content == b""


def test_each_of_twenty_edits_is_in_the_first_page_read_after_it(stack, made, editor):
    path = f"/admin/news/article/{made['article']}/change/"
    seen = []
    for number in range(20):
        assert editor.change(path, title_en=f"Edition {number}").status == 302
        pages = [stack.get("/en/news/?page=1", Accept_Encoding=taken) for taken in ("identity", "gzip")]
        texts = [pages[0].content.decode(), gzip.decompress(pages[1].content).decode()]
        seen.append([re.findall(r"Edition \d+", text)[:1] for text in texts])
        again = stack.get("/en/news/?page=1")
        assert again.content == pages[0].content
    assert seen == [[[f"Edition {number}"]] * 2 for number in range(20)]
    assert stack.line_of(again)["cache"] == "HIT"


def test_an_edit_by_a_command_is_seen_at_once_too(stack, made):
    change = """
import django; django.setup()
from news.models import Article
article = Article.objects.get(pk={}); article.title_en = "By a command"; article.save(); print()
"""
    before = [stack.kept("/en/news/") for _ in range(2)]
    stack.run(change.format(made["article"]))
    assert before[1] == "HIT"
    assert b"By a command" in stack.get("/en/news/").content


def test_a_page_that_turns_by_itself_turns_in_nginx_too(stack, made):
    """The title of an article that is published two and a half seconds from now."""
    publish = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from news.models import Article
instant = timezone.now() + timedelta(seconds=2.5)
day = timezone.localdate()
Article.objects.create(title_en="Soon on the portal", title_ru="Скоро", slug="soon", date=day, published_at=instant)
print(instant.timestamp())
"""
    instant = float(stack.run(publish))
    assert b"Soon on the portal" not in stack.get("/en/news/").content
    while (asked := time.time()) < instant + 1.5:
        answer = stack.get("/en/news/")
        if asked > instant:
            assert b"Soon on the portal" in answer.content
            return
        assert b"Soon on the portal" not in answer.content or time.time() >= instant
        time.sleep(0.05)
    pytest.fail("the instant was missed")


def test_without_the_file_nothing_is_kept_and_all_is_well(stack, made, editor):
    file = stack.folder / "state" / "edition"
    file.unlink()
    assert [stack.kept("/en/contacts/") for _ in range(2)] == ["BYPASS", "BYPASS"]
    assert stack.get("/en/contacts/").status == 200
    editor.change(f"/admin/news/article/{made['article']}/change/", title_en="There again")
    assert file.exists()
    assert [stack.kept("/en/contacts/") for _ in range(2)] == ["MISS", "HIT"]


def test_readers_do_not_wait_for_each_other(stack):
    """A lock of nginx's would let them pass one by one, one in half a second."""
    begin, seconds = time.monotonic(), []

    def ask():
        stack.get("/en/nothing/")
        seconds.append(time.monotonic() - begin)

    readers = [threading.Thread(target=ask) for _ in range(20)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=30)
    assert len(seconds) == 20
    assert max(seconds) < 6


@pytest.mark.parametrize("path", ["/", "/en/nothing/", "/api/v1/nothing", "/en/news/?page=99999"])
def test_what_is_no_page_of_readers_is_not_kept(stack, path):
    assert "HIT" not in [stack.kept(path) for _ in range(2)]


def test_whether_it_is_ready_is_asked_anew(stack):
    stack.get("/readyz")
    assert stack.kept("/en/species/?page=1") != ""
    files = [file.read_bytes() for file in (stack.folder / "cache").rglob("*") if file.is_file()]
    assert any(b"/en/species/" in file for file in files)
    assert not any(b"/readyz" in file.partition(b"HTTP/1")[0] for file in files)


REQUESTS, LIMIT = 3000, 0.25  # milliseconds of all servers together


@pytest.mark.parametrize("path", ["/en/", "/en/news/"])
def test_a_kept_page_costs_next_to_nothing(stack, path):
    with closing(stack.connection()) as connection:

        def ask():
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            return answer_of(connection).status

        ask()
        begin = stack.processor_time()
        assert {ask() for _ in range(REQUESTS)} == {200}
        end = stack.processor_time()
    spent = {name: (end[name] - begin[name]) * 1000 / REQUESTS for name in end}
    print(f"{path}, kept by nginx, TLS: {sum(spent.values()):.3f} ms of processor time; {spent}")
    assert sum(spent.values()) <= LIMIT


# --- when something is away ---------------------------------------------------------------------------------------


def test_an_upgrade_loses_no_request_and_keeps_no_page_of_the_former_code(stack, made):
    """As the guide does it: a second set beside the first, the name moved, the first ended."""
    state, blue, green = stack.folder / "state", stack.folder / "gunicorn.pid", stack.folder / "green.sock"
    stop, answers = threading.Event(), []

    def ask():
        while not stop.is_set():
            answers.append(stack.get("/en/contacts/", Cookie="sessionid=none").status)  # past what nginx keeps

    with (stack.folder / "log" / "green.log").open("w") as log:
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"unix:{green}"]
        second = subprocess.Popen(command, cwd=ROOT, env=stack.environment, stdout=log, stderr=log)  # noqa: S603 - all words stand here
    asking = [threading.Thread(target=ask) for _ in range(3)]
    try:
        for thread in asking:
            thread.start()
        wait_for(lambda: is_ready(green))
        (state / "next").symlink_to(green)
        (state / "next").rename(state / "current.sock")
        stack.get("/en/contacts/")
        before = (state / "edition").stat().st_mtime
        former = int(blue.read_text())
        os.kill(former, signal.SIGTERM)
        wait_for(lambda: not blue.exists(), seconds=60)
        assert (state / "edition").stat().st_mtime != before
        count = len(answers)
        wait_for(lambda: len(answers) > count + 10)
        stop.set()
        for thread in asking:
            thread.join(timeout=30)
        assert set(answers) == {200}
        without_the_application(stack, second)
    finally:
        stop.set()
        second.terminate()
        second.wait(timeout=60)


def without_the_application(stack, process):
    """When it dies at once, pages that nginx has go on, and others say when to come back."""
    stack.get("/en/contacts/")
    for pid in [process.pid, *children_of(process.pid)]:
        os.kill(pid, signal.SIGKILL)
    process.wait(timeout=10)
    assert stack.get("/en/contacts/").status == 200
    answer = stack.get("/admin/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "<h1>The portal is not available at the moment</h1>" in answer.content.decode()
    assert "<h1>Портал временно недоступен</h1>" in answer.content.decode()
    assert stack.get("/-/errors.css").status == 200


def children_of(pid):
    stats = [stat_of(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [one.pid for one in stats if one and one.parent == pid]


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_ready(path):
    with closing(socket.socket(socket.AF_UNIX)) as connection:
        try:
            connection.connect(str(path))
            connection.sendall(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n")
            return b" 200 " in connection.recv(100)
        except OSError:
            return False
