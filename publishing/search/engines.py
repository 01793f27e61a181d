"""What SQLite (FTS5) and PostgreSQL (full text with a GIN index) do differently; the rest of the search is the same.

An expression is a list of groups, all of which an entry must hold; a group is a list of phrases, any of which will do;
a phrase is a tuple of tokens.
"""

import itertools

from django.db import connection, models
from django.utils import timezone

ENTRY, FTS = "publishing_searchentry", "publishing_searchentry_fts"
NAME, WORD = "publishing_searchname", "publishing_searchword"
LAST = "\U0010ffff"  # sorts after every letter
COLUMNS = "id, kind, object_id, day, title, summary, facets"
MOST_NAMES = 500  # that the words of one query may have
STANDING_AT_MOST, TITLED_AT_MOST = 100, 200


STANDING = "standing"  # the token of what belongs to no day: species, Range States, pages …


def in_title(token):
    """The token that says that ``token`` stands in a title; marks such as ``year:2016``, which no word is, stay."""
    return token if ":" in token else f"t:{token}"


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
        day = tokens.removesuffix('"tokens"') + '"day"'
        spans = " OR ".join(f"({span.format(day=day)})" for span in engine().SPANS.values())  # each has its index
        return f"{tokens} @@ %s::tsquery AND ({spans})", [*params, engine().written(self.rhs)]

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

    def fitting(self, columns, asked, now, sort):
        """Entries that came later have higher numbers, so that these are the newest without any effort."""
        columns = ", ".join(f"e.{column}" for column in columns.split(", "))
        sql = (
            f"SELECT * FROM (SELECT %s AS place, {columns} FROM {FTS} f JOIN {ENTRY} e ON e.id = f.rowid"
            f" WHERE {FTS} MATCH %s AND e.shown_from <= %s AND e.shown_until > %s ORDER BY f.rowid DESC LIMIT %s)"
        )
        parts = [[i, self.written(one), now, now, most] for i, (one, most) in enumerate(asked)]
        return " UNION ALL ".join([sql] * len(parts)), [param for part in parts for param in part]


class Postgres:
    """A GIN index for each span of years: it is asked for the newest first, and older ones are not looked at where
    those are enough. One index of all would be read to its end, and all that it finds sorted.
    """

    # The planner knows nothing of words that always or never stand together, and all entries must never be read.
    BEFORE = "SET LOCAL enable_seqscan = off; "
    # Another one is due when the newest span has grown; each costs each question a tenth of a millisecond.
    CUTS = (2017, 2021, 2025)
    SPANS = {  # the newest first; conditions as PostgreSQL recognises them
        f"from_{CUTS[-1]}": f"{{day}} >= '{CUTS[-1]}-01-01'",
        **{
            f"{first}_{end}": f"{{day}} >= '{first}-01-01' AND {{day}} < '{end}-01-01'"
            for first, end in reversed([*itertools.pairwise(CUTS)])
        },
        f"before_{CUTS[0]}": f"({{day}} >= '{CUTS[0]}-01-01') IS NOT TRUE",  # or belong to no day
    }
    SORTED = 2000  # at most of a span, to have its newest

    def prepare(self, cursor):
        indexes = {f"{ENTRY}_tokens_{name}": span.format(day="day") for name, span in self.SPANS.items()}
        for name, span in indexes.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {ENTRY} USING gin (tokens) WHERE {span}")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE %s", [f"{ENTRY}_tokens%"])
        for name in {name for (name,) in cursor.fetchall()} - indexes.keys():  # of other years
            cursor.execute(f"DROP INDEX {name}")

    def empty(self, model):
        model.objects.all()._raw_delete(model.objects.db)

    def written(self, expression):
        groups = [
            " | ".join("(" + " <-> ".join(f"'{token}'" for token in phrase) + ")" for phrase in group)
            for group in expression
        ]
        return " & ".join(f"({group})" for group in groups)

    def fitting(self, columns, asked, now, sort):
        parts = []
        for span in self.SPANS.values():
            part = (
                f"SELECT {columns} FROM {ENTRY} WHERE tokens @@ asked.tokens"
                f" AND shown_from <= asked.now AND shown_until > asked.now AND ({span.format(day='day')})"
            )
            if sort:
                part = f"SELECT * FROM ({part} LIMIT {self.SORTED}) span ORDER BY day DESC NULLS LAST"
            parts.append(f"({part} LIMIT asked.most)")
        values = ", ".join(["(%s, %s::tsquery, %s::timestamptz, %s)"] * len(asked))
        sql = (
            f"SELECT asked.place, found.* FROM (VALUES {values}) asked(place, tokens, now, most)"
            f" CROSS JOIN LATERAL ({' UNION ALL '.join(parts)} LIMIT asked.most) found"
        )
        return sql, [param for i, (one, most) in enumerate(asked) for param in (i, self.written(one), now, most)]


def fitting(expression, limit):
    """The newest entries that fit, and some that fit by their titles or belong to no day, however many are newer.

    ``[(id, kind, object_id, day, title, summary, facets), …]``; no more than ``limit`` if that is all of them.
    """
    rows = found([(expression, limit + 1)], newest=True)
    if len(rows) > limit:
        in_titles = [[tuple(map(in_title, phrase)) for phrase in group] for group in expression]
        rows += found([(in_titles, TITLED_AT_MOST), ([*expression, [(STANDING,)]], STANDING_AT_MOST)])
    return list({row[0]: row for row in rows}.values())


def found(asked, newest=False):
    """The rows of all expressions of ``asked``, ``[(expression, how many of the newest at most), …]``."""
    return [row[1:] for row in answers("SELECT * FROM ({}) found", COLUMNS, asked, newest)]


def facets_of(expression, limit):
    """The facets of entries that fit; more than ``limit`` if that is not all of them."""
    rows = answers("SELECT facets FROM ({}) found", "facets", [(expression, limit + 1)])
    return [facets for (facets,) in rows]


def numbers(expressions, limit):
    """How many entries fit each expression; of no more than ``limit`` it is counted."""
    asked = [(one, limit) for one in expressions]
    found = dict(answers("SELECT place, count(*) FROM ({}) found GROUP BY place", "id", asked))
    return [found.get(place, 0) for place in range(len(asked))]


def answers(about, columns, asked, sort=False):
    """What the statement ``about`` says of the entries found; they are the newest, exactly so only if ``sort``."""
    if not asked:
        return []
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    sql, params = engine().fitting(columns, asked, now, sort)
    with connection.cursor() as cursor:
        cursor.execute(engine().BEFORE + about.format(sql), params)
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


def engine():
    return {"sqlite": SQLite, "postgresql": Postgres}[connection.vendor]()


def prepare(using, **kwargs):
    """Called after every migration, and so also where tables are made from the models."""
    if ENTRY in connection.introspection.table_names():
        with connection.cursor() as cursor:
            engine().prepare(cursor)
