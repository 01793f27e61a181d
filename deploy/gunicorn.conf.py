"""The application server. Where it listens is said by whoever starts it (``--bind``)."""

import os
import secrets
import sys


def number(name, default):
    value = os.environ.get(name, "").strip() or default
    if not (value.isascii() and value.isdigit() and int(value)):
        sys.exit(f"The portal is not set up: {name} is “{value}”. Set it to a whole number, at least 1.")
    return int(value)


wsgi_app = "cami_portal.wsgi:application"
worker_class = "gthread"
workers = number("WORKERS", "2")  # one per core
preload_app = True  # the code is in memory once; a new master, not SIGHUP, reads another one (cami-switch)
threads = number("THREADS", "4")  # while one waits for the database another works
timeout = 60  # seconds until a worker that does not move is replaced
graceful_timeout = 60  # seconds for requests under way when it stops
keepalive = 75  # longer than nginx keeps a connection, so that none is closed under a request
limit_request_line = 8190  # what nginx lets through, so that a long query gets the portal's own answer
memory = "/dev/shm"  # noqa: S108 - of random names, which gunicorn removes as soon as they are open
worker_tmp_dir = memory if os.path.isdir(memory) else None  # how a worker shows that it lives: no busy disk stops that
umask = 0o007  # the socket is for the group, in which nginx is
control_socket_disable = True
forwarder_headers = ""  # no header says where the portal begins: its links would lead there
secure_scheme_headers = {}  # nor whether a proxy was asked by TLS, unless BEHIND_PROXY lets Django believe it


def new_edition():
    """Pages that nginx keeps are those of code that runs: after the last worker of former code they are made anew."""
    if path := os.environ.get("EDITION_FILE"):
        with open(path, "a"):
            os.utime(path, (0, secrets.randbits(31)))


def post_worker_init(worker):
    new_edition()


def child_exit(server, worker):
    new_edition()
