"""The application server as `make run` starts it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from .load import Reader, Site

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4  # as in the Makefile
PATIENCE = 60  # seconds


class ServerError(Exception):
    pass


def free_port(wanted=0):
    with socket.create_server(("127.0.0.1", wanted)) as server:
        return server.getsockname()[1]


@contextmanager
def running(command, site, environment, log):
    """The process of ``command`` once ``site`` answers; its ``seconds_to_first_page`` say how long that took."""
    begin = time.perf_counter()
    with log.open("a") as output:
        process = subprocess.Popen(  # noqa: S603 - the words of the command stand below
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for_page(process, site, log)
        process.seconds_to_first_page = time.perf_counter() - begin
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_page(process, site, log):
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with Reader(site) as reader:
                answer = reader.ask("/en/")
        except OSError:
            time.sleep(0.005)
            continue
        if answer.status == 200:
            return
        raise ServerError(f"The first page was answered with {answer.status}; see {log}.")
    raise ServerError(f"The server did not answer; see {log}.")


@contextmanager
def portal(database_url, log, page_cache=True, application="cami_portal.wsgi:application", workers=WORKERS):
    """``(process, site)`` of gunicorn with the portal; without ``page_cache`` every page is made anew."""
    site = Site(free_port())
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application]
    command += ["--bind", f"127.0.0.1:{site.port}"]
    environment = {"DEBUG": "false", "DATABASE_URL": database_url, "WORKERS": str(workers), "THREADS": str(THREADS)}
    if not page_cache:
        environment["PAGE_CACHE_MB"] = "0"
    with running(command, site, environment, log) as process:
        yield process, site


STACK = ROOT / "deploy" / "stack"


def has_stack():
    path = f"{os.environ['PATH']}:/usr/sbin"
    return STACK.exists() and all(shutil.which(tool, path=path) for tool in ("nginx", "redis-server", "openssl"))


@contextmanager
def stack(database_url, log):
    """``(process, site)`` of ``deploy/stack`` with that database, and with no limit of requests a second."""
    environment = {"STACK_INSIDE": "yes", "STACK_RATE": "1000000", "DATABASE_URL": database_url}
    with log.open("a") as output:
        process = subprocess.Popen(  # noqa: S603 - it stays up until its input is closed
            [STACK, "sh", "-c", 'echo "$STACK_URL $STACK_CA"; exec cat'],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        said = next((line.split() for line in process.stdout if line.startswith("https://")), None)
        if said is None:
            raise ServerError(f"The stack did not start; see {log}.")
        url, certificate = said
        site = Site(urlsplit(url).port, urlsplit(url).hostname, Path(certificate))
        yield process, site
    finally:
        process.stdin.close()
        process.wait(timeout=PATIENCE)
