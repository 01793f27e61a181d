"""SQLite compares letters without case in ASCII only: a search for «сайгак» would miss «Сайгак»."""

import functools
import re

from django.db.backends.signals import connection_created


@functools.lru_cache(maxsize=64)
def compiled(pattern, escape):
    parts = re.split(f"({re.escape(escape)}.|[%_])" if escape else "([%_])", pattern.casefold(), flags=re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile(
        "".join(wild.get(p) or re.escape(p[1:] if escape and p[:1] == escape else p) for p in parts), re.DOTALL
    )


def like(pattern, value, escape=""):
    """SQL's ``value LIKE pattern ESCAPE escape`` for every script; true or false, NULL for NULL."""
    if pattern is None or value is None:
        return None
    return compiled(str(pattern), escape).fullmatch(str(value).casefold()) is not None


def register_like(sender, connection, **kwargs):
    if connection.vendor == "sqlite":
        for arguments in (2, 3):
            connection.connection.create_function("like", arguments, like, deterministic=True)


def connect():
    connection_created.connect(register_like, dispatch_uid="register_like")
