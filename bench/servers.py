"""The application server as `make run` starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from .load import Reader

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4  # as in the Makefile
PATIENCE = 60  # seconds


class ServerError(Exception):
    pass


def free_port(wanted=0):
    with socket.create_server(("127.0.0.1", wanted)) as server:
        return server.getsockname()[1]


@contextmanager
def running(command, port, environment, log):
    """The process of ``command`` once it answers at ``port``; its ``seconds_to_first_page`` say how long that took."""
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
        wait_for_page(process, port, log)
        process.seconds_to_first_page = time.perf_counter() - begin
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_page(process, port, log):
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with Reader(port) as reader:
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
    """``(process, port)`` of gunicorn with the portal; without ``page_cache`` every page is made anew."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--worker-class", "gthread", "--threads", str(THREADS)]
    command += ["--no-control-socket"]
    environment = {"DEBUG": "false", "DATABASE_URL": database_url}
    if not page_cache:
        environment["PAGE_CACHE_MB"] = "0"
    with running(command, port, environment, log) as process:
        yield process, port
