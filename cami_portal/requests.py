"""Each request has a number, by which its lines in the log are found, and leaves one line itself."""

import logging
import re
import secrets
import time

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.db import connection

from .health import PROBES
from .logs import request_id

logger = logging.getLogger(__name__)

NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
LITERAL = re.compile(r"'(?:[^']|'')*'")
LISTED = re.compile(r"%s(?:, %s)+")
LONGEST_PATH, LONGEST_STATEMENT = 500, 2000  # characters


class NumberedRequests:
    """A WSGI application around ``application``: the outermost, so that no number is kept with a page."""

    def __init__(self, application):
        self.application = application
        self.silent = (f"/{settings.STATIC_URL.strip('/')}/", *PROBES)

    def __call__(self, environ, start_response):
        number, path = number_of(environ), get_path_info(environ)  # Django puts another path into the environment
        request_id.set(number)
        queries, begin, answered = Queries(), time.perf_counter(), []

        def start(status, headers, exc_info=None):
            answered[:] = [int(status[:3])]
            return start_response(status, [*headers, ("X-Request-ID", number)], exc_info)

        with connection.execute_wrapper(queries):
            parts = self.application(environ, start)
        status = answered[0]
        if status >= 400 or not path.startswith(self.silent):
            logger.info(
                "%(method)s %(path)s %(status)d in %(ms).1f ms, %(queries)d queries in %(query_ms).1f ms",
                {
                    "method": environ["REQUEST_METHOD"],
                    "path": path[:LONGEST_PATH].replace(" ", "%20"),  # never the query: people search for people
                    "status": status,
                    "ms": round((time.perf_counter() - begin) * 1000, 1),
                    "queries": queries.number,
                    "query_ms": round(queries.seconds * 1000, 1),
                },
            )
        if environ["REQUEST_METHOD"] == "HEAD":  # Django leaves the body to the server, which would complain of it
            getattr(parts, "close", lambda: None)()
            return [b""]
        return parts


def number_of(environ):
    """The number that a trusted proxy gave the request, if it is well formed; else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
    return given if NUMBER.fullmatch(given) else secrets.token_hex(8)


class Queries:
    """Counts the statements to the database and their time, and tells of the slow ones, without what was asked for."""

    def __init__(self):
        self.number, self.seconds = 0, 0

    def __call__(self, execute, statement, parameters, many, context):
        begin = time.perf_counter()
        try:
            return execute(statement, parameters, many, context)
        finally:
            took = time.perf_counter() - begin
            self.number += 1
            self.seconds += took
            if settings.SLOW_QUERY_MS and took * 1000 >= settings.SLOW_QUERY_MS:
                logger.warning(
                    "A statement took %(query_ms)d ms: %(statement)s",
                    {"query_ms": round(took * 1000), "statement": shape(statement)},
                )


def shape(statement):
    """A statement without the values in it; they stand apart from it, but for a few that code wrote there."""
    text = LISTED.sub("%s, …", LITERAL.sub("'…'", " ".join(str(statement).split())))
    return text[:LONGEST_STATEMENT]
