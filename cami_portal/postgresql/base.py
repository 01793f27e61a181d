"""Django's PostgreSQL with patience that ends: a server that takes all and says nothing must not hold the portal.

One that is stopped refuses at once. One behind a broken network, or one that is frozen, would hold each thread that
asks, in the end all of them, and with them the pages that need no database. So nobody waits for an answer longer than
``STATEMENT_SECONDS`` and a little; and once a server was found silent, one thread of a process goes on asking it, and
the others are told at once.
"""

import select
from threading import Lock
from time import monotonic

from django.conf import settings
from django.db.backends.postgresql import base
from psycopg2 import OperationalError, extensions

TO_CONNECT = 3  # seconds
LATER = 5  # seconds after which the server itself would have ended a statement


class DatabaseWrapper(base.DatabaseWrapper):
    silent, asking = False, Lock()  # of all connections of the process

    def get_new_connection(self, conn_params):
        own = DatabaseWrapper
        if not own.silent:
            return self.try_to_connect(conn_params)
        if not own.asking.acquire(blocking=False):
            raise OperationalError("the database server is silent")
        try:
            return self.try_to_connect(conn_params)
        finally:
            own.asking.release()

    def try_to_connect(self, conn_params):
        begin = monotonic()
        try:
            connection = super().get_new_connection(conn_params)
        except OperationalError:
            DatabaseWrapper.silent = monotonic() - begin >= TO_CONNECT
            raise
        DatabaseWrapper.silent = False
        return connection


def wait(connection):
    """Until ``connection`` has its answer; ``OperationalError`` if it takes too long, and the connection is closed."""
    connecting = connection.status == extensions.STATUS_SETUP
    end = monotonic() + (TO_CONNECT if connecting else settings.STATEMENT_SECONDS + LATER)
    while (state := connection.poll()) != extensions.POLL_OK:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if not poll.poll(max(end - monotonic(), 0) * 1000):
            raise OperationalError("the database server does not answer")


if settings.STATEMENT_SECONDS:
    extensions.set_wait_callback(wait)
