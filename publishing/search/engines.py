"""What SQLite (FTS5) and PostgreSQL (full text with a GIN index) do differently; the rest of the search is the same.

An expression is a list of groups, all of which an entry must hold; a group is a list of phrases, any of which will do;
a phrase is a tuple of tokens.
"""

from django.db import connection, models
from django.utils import timezone

ENTRY, FTS = "publishing_searchentry", "publishing_searchentry_fts"
NAME, WORD = "publishing_searchname", "publishing_searchword"
LAST = "\U0010ffff"  # sorts after every letter
COLUMNS = "e.id, e.kind, e.object_id, e.day, e.title, e.summary, e.facets"
MOST_NAMES = 500  # that the words of one query may have
STANDING_AT_MOST, TITLED_AT_MOST = 100, 200


STANDING = "standing"  # the token of what belongs to no day: species, Range States, pages …


def in_title(token):
    """The token that says that ``token`` stands in a title."""
    return f"t:{token}"


class SpelledField(models.CharField):
    """A word, sorted by its letters and by no language's rules, so that all that begin alike stand together."""

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class TokensField(models.TextField):
    """The tokens of an entry in their order: text with spaces between, on PostgreSQL a ``tsvector``."""

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value, connection, prepared=False):
        if connection.vendor != "postgresql" or not isinstance(value, str):
            return super().get_db_prep_value(value, connection, prepared)
        positions = {}
        for position, token in enumerate(value.split(), 1):
            positions.setdefault(token, []).append(str(position))
        return " ".join(f"'{token}':{','.join(places[:200])}" for token, places in positions.items())


@TokensField.register_lookup
class Matches(models.Lookup):
    """Whether the tokens fit an expression."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_postgresql(self, compiler, connection):
        tokens, params = self.process_lhs(compiler, connection)
        return f"{tokens} @@ %s::tsquery", [*params, engine().written(self.rhs)]

    def as_sqlite(self, compiler, connection):
        tokens, params = self.process_lhs(compiler, connection)
        row = tokens.removesuffix('"tokens"') + '"id"'
        return f"{row} IN (SELECT rowid FROM {FTS} WHERE {FTS} MATCH %s)", [*params, engine().written(self.rhs)]


class SQLite:
    """FTS5 over the column ``tokens``. Triggers keep it right whichever way an entry is written."""

    BEFORE = ""
    TRIGGERS = {
        "insert": f"AFTER INSERT ON {ENTRY} BEGIN INSERT INTO {FTS}(rowid, tokens) VALUES (new.id, new.tokens); END",
        "delete": f"AFTER DELETE ON {ENTRY} BEGIN"
        f" INSERT INTO {FTS}({FTS}, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
        "update": f"AFTER UPDATE ON {ENTRY} BEGIN"
        f" INSERT INTO {FTS}({FTS}, rowid, tokens) VALUES ('delete', old.id, old.tokens);"
        f" INSERT INTO {FTS}(rowid, tokens) VALUES (new.id, new.tokens); END",
    }

    def prepare(self, cursor):
        """Make what the models cannot say; after every migration, for a table that is altered loses its triggers."""
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE %s", [f"{FTS}_on_%"])
        if cursor.fetchone()[0] == len(self.TRIGGERS):
            return
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {FTS} USING fts5("
            f"tokens, content='{ENTRY}', content_rowid='id',"
            f" tokenize=\"unicode61 remove_diacritics 0 tokenchars ':|'\")"
        )
        self.watch(cursor)
        cursor.execute(f"INSERT INTO {FTS}({FTS}) VALUES ('rebuild')")

    def watch(self, cursor):
        for name, body in self.TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {FTS}_on_{name} {body}")

    def empty(self, model):
        with connection.cursor() as cursor:
            for name in self.TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {FTS}_on_{name}")
            model.objects.all()._raw_delete(model.objects.db)
            cursor.execute(f"INSERT INTO {FTS}({FTS}) VALUES ('delete-all')")
            self.watch(cursor)

    def written(self, expression):
        groups = [" OR ".join(f'"{" ".join(phrase)}"' for phrase in group) for group in expression]
        return " AND ".join(f"({group})" for group in groups)

    def newest(self, expression, now, limit):
        """``(SQL, parameters)`` of the newest entries that fit; entries that came later have higher numbers."""
        sql = (
            f"SELECT * FROM (SELECT f.rowid AS id FROM {FTS} f JOIN {ENTRY} e ON e.id = f.rowid"
            f" WHERE {FTS} MATCH %s AND e.shown_from <= %s AND e.shown_until > %s ORDER BY f.rowid DESC LIMIT {limit})"
        )
        return sql, [self.written(expression), now, now]


class Postgres:
    # The planner knows nothing of words that always or never stand together, and all entries must never be read.
    BEFORE = "SET LOCAL enable_seqscan = off; "
    FITS = "e.tokens @@ %s::tsquery AND e.shown_from <= %s AND e.shown_until > %s"

    def prepare(self, cursor):
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {ENTRY}_tokens ON {ENTRY} USING gin (tokens)")

    def empty(self, model):
        model.objects.all()._raw_delete(model.objects.db)

    def written(self, expression):
        groups = [
            " | ".join("(" + " <-> ".join(f"'{token}'" for token in phrase) + ")" for phrase in group)
            for group in expression
        ]
        return " & ".join(f"({group})" for group in groups)

    def newest(self, expression, now, limit):
        """``(SQL, parameters)`` of entries that fit: of the last years, else of some before, else of all before.

        To sort all that fit would cost as much as there are. The tokens of years let the index itself choose, and the
        later parts are not looked at where the first are enough.
        """
        if [(STANDING,)] in expression:
            sql = f"(SELECT e.id FROM {ENTRY} e WHERE {self.FITS} LIMIT {limit})"
            return sql, [self.written(expression), now, now]
        year = timezone.localdate().year
        first, second, end = f"'{year - 1}-01-01'", f"'{year - 5}-01-01'", f"'{year + 6}-01-01'"
        parts = [
            (f"e.day IS NULL OR e.day >= {first} AND e.day < {end}", range(year - 1, year + 6), [(STANDING,)]),
            (f"e.day >= {second} AND e.day < {first}", range(year - 5, year - 1), []),
            (f"e.day < {second} OR e.day >= {end}", (), []),
        ]
        sql, params = [], []
        for when, years, others in parts:
            marks = [(f"year:{one}",) for one in years] + others
            sql.append(f"(SELECT e.id FROM {ENTRY} e WHERE {self.FITS} AND ({when}) LIMIT {limit})")
            params += [self.written([*expression, *([marks] if marks else [])]), now, now]
        return f"(SELECT * FROM ({' UNION ALL '.join(sql)}) parts LIMIT {limit})", params


def fitting(expression, limit):
    """The newest entries that fit, and some that fit by their titles or belong to no day, however many are newer.

    ``[(id, kind, object_id, day, title, summary, facets), …]``; no more than ``limit`` if that is all of them.
    """
    in_titles = [[tuple(map(in_title, phrase)) for phrase in group] for group in expression]
    asked = [(expression, limit + 1), (in_titles, TITLED_AT_MOST), ([*expression, [(STANDING,)]], STANDING_AT_MOST)]
    return rows_of(COLUMNS, asked)


def facets_of(expression, limit):
    """The facets of the newest entries that fit; more than ``limit`` if that is not all of them."""
    return [facets for (facets,) in rows_of("e.facets", [(expression, limit + 1)])]


def rows_of(columns, asked):
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    parts = [engine().newest(expression, now, most) for expression, most in asked]
    keys = " UNION ".join(sql for sql, _ in parts)
    sql = f"{engine().BEFORE}SELECT {columns} FROM ({keys}) found JOIN {ENTRY} e ON e.id = found.id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [one for _, params in parts for one in params])
        return cursor.fetchall()


def same_names(phrases):
    """``[(kind, object_id, phrase), …]``: all names of the items that have one of ``phrases``."""
    if not phrases:
        return []
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    sql = (
        f"SELECT DISTINCT other.kind, other.object_id, other.phrase FROM {NAME} one"
        f" JOIN {NAME} other ON other.kind = one.kind AND other.object_id = one.object_id"
        f" WHERE one.phrase IN ({', '.join(['%s'] * len(phrases))}) AND one.shown_from <= %s AND one.shown_until > %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*phrases, now, now])
        return cursor.fetchmany(MOST_NAMES)


def stems_from(word, limit):
    """The stems of the words that begin with ``word`` and are longer, in the order of those words."""
    sql = f"SELECT stem FROM {WORD} WHERE word > %s AND word < %s ORDER BY word LIMIT {limit}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [word, word + LAST])
        return [stem for (stem,) in cursor.fetchall()]


def numbers(expressions, limit):
    """How many entries fit each expression; of no more than ``limit`` it is counted."""
    if not expressions:
        return []
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    parts = [engine().newest(expression, now, limit) for expression in expressions]
    counts = [f"SELECT {i}, count(*) FROM ({sql}) found" for i, (sql, _) in enumerate(parts)]
    sql = engine().BEFORE + " UNION ALL ".join(counts)
    with connection.cursor() as cursor:
        cursor.execute(sql, [one for _, params in parts for one in params])
        return [number for _, number in sorted(cursor.fetchall())]


def engine():
    return {"sqlite": SQLite, "postgresql": Postgres}[connection.vendor]()


def prepare(using, **kwargs):
    """Called after every migration, and so also where tables are made from the models."""
    if ENTRY in connection.introspection.table_names():
        with connection.cursor() as cursor:
            engine().prepare(cursor)
