"""Whether the portal lives and is ready: asked by balancers and watchers, by whatever name or address they know it.

``/livez`` (and ``/healthz``) asks nothing of anybody: a process that does not answer it is to be restarted. ``/readyz``
asks the database; while it answers 503, requests are better sent elsewhere.
"""

import os
import shutil
import threading
from functools import cache
from pathlib import Path

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpResponse

LIVE, READY = ("/livez", "/healthz"), "/readyz"
PROBES = (*LIVE, READY)
PATIENCE = 3  # seconds
ENOUGH = 100 * 2**20  # bytes that should be free for uploads

asking = threading.Lock()


class HealthMiddleware:
    """Answers before anything looks at the host: a balancer asks for an address of its own network, not for a name."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info not in PROBES:
            return self.get_response(request)
        response = ready() if request.path_info == READY else answer("ok")
        response["Cache-Control"] = "no-store"
        response["Content-Length"] = str(len(response.content))
        return response


def answer(*lines, status=200):
    return HttpResponse("".join(f"{line}\n" for line in lines), status=status, content_type="text/plain")


def ready():
    """What is wrong in a line each. A full disk stops uploads and no reader, and so takes nobody out of service."""
    if fault := within(PATIENCE, database_fault):
        return answer("not ready", f"database: {fault}", status=503)
    return answer("ready", *storage_faults())


def within(seconds, ask):
    """What ``ask`` returns, or that it took too long. While one call hangs, no second one is begun."""
    found = []

    def run():
        try:
            found.append(ask())
        finally:
            asking.release()

    if asking.acquire(timeout=seconds):
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(seconds)
    return found[0] if found else "no answer in time"


@cache
def newest_migrations():
    return set(MigrationLoader(None).graph.leaf_nodes())


def database_fault():
    """Asked on a connection of this thread's own, as one that rests may hang."""
    newest = newest_migrations()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations" if newest else "SELECT 1")
            lacking = newest - set(cursor.fetchall()) if newest else ()
    except DatabaseError:
        return "not reachable, or empty"
    finally:
        connection.close()
    return f"{len(lacking)} apps wait for manage.py migrate" if lacking else ""


def storage_faults():
    """Of files on this machine; what another machine keeps is watched there."""
    if isinstance(default_storage, FileSystemStorage):
        place = Path(default_storage.location)  # made with the first upload
        folder = next(one for one in (place, *place.parents) if one.exists())
        if not os.access(folder, os.W_OK):
            yield "uploads: the folder cannot be written to"
        elif shutil.disk_usage(folder).free < ENOUGH:
            yield "uploads: the disk is nearly full"
