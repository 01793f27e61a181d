"""The portal with one more header, X-Queries: how many statements the answer took. Served only to count them."""

from django.db import connection

from cami_portal.wsgi import application as portal


def application(environ, start_response):
    statements, said = [], []

    def count(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        parts = portal(environ, lambda status, headers, exc_info=None: said.append((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
    status, headers = said[-1]
    start_response(status, [*headers, ("X-Queries", str(len(statements)))])
    return [body]
