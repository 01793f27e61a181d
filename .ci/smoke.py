"""`make run` as a stranger has it: in a fresh copy, with DEBUG off and real static files, twice, over HTTP."""

import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
# What belongs to this checkout alone. The virtual environment is lent to the copy: making it is measured elsewhere.
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", ".env", "__pycache__")
FIRST_START, SECOND_START = 300, 60  # seconds; on a quiet machine about 20 and 3


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get(url, **headers):
    try:
        answer = urlopen(Request(url, headers=headers), timeout=20)  # noqa: S310 - always this machine
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read()


@contextmanager
def running(folder, limit):
    port, log = free_port(), folder / "server.log"
    command = ["make", "run", f"PORT={port}", f"VENV={ROOT / '.venv'}"]
    settings = ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "HTTPS", "DEBUG", "MAKEFLAGS", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    begin = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - the words of the command stand here
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        while True:
            try:
                get(f"http://127.0.0.1:{port}/en/")
                break
            except (URLError, ConnectionError):
                if process.poll() is not None:
                    sys.exit(f"make run ended by itself:\n{log.read_text()}")
                if time.monotonic() - begin > limit:
                    sys.exit(f"make run did not answer within {limit} seconds:\n{log.read_text()}")
                time.sleep(0.2)
        print(f"answers after {time.monotonic() - begin:.1f} s")
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=40)
    if re.search("Internal Server Error|Exception in worker", said := log.read_text()):
        sys.exit(f"The server logged an error:\n{said}")


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")
    print(f"{what}: {found}")


def check_pages(site):
    for path, language in [("/en/", "en"), ("/ru/", "ru")]:
        status, headers, body = get(site + path)
        expect(path, status, 200)
        expect(f"{path} is in", re.search(r'<html[^>]* lang="(\w+)"', body.decode())[1], language)
        expect(f"{path} has a content security policy", "Content-Security-Policy" in headers, True)
    sheet = re.search(r'<link[^>]+href="(/static/[^"]+\.css)"', body.decode())[1]
    status, headers, css = get(site + sheet, **{"Accept-Encoding": "gzip"})
    expect(sheet, status, 200)
    expect("cached for ever", "immutable" in headers.get("Cache-Control", ""), True)
    expect("compressed", headers.get("Content-Encoding"), "gzip")
    expect("stylesheet with rules", b"{" in gzip.decompress(css), True)
    expect("the sign-in of the admin", get(site + "/admin/login/")[0], 200)
    expect("an unknown page", get(site + "/en/no-such-page/")[0], 404)
    expect("an unknown host", get(site + "/en/", Host="elsewhere.example.org")[0], 400)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "portal"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        for start, limit in [("first", FIRST_START), ("second", SECOND_START)]:
            print(f"{start} start: ", end="")
            with running(copy, limit) as site:
                check_pages(site)


if __name__ == "__main__":
    main()
