"""What is asked for, and what it may cost. Targets are CPU ms of server and database together."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

SEARCHES = [  # several words, in both languages, with filters and with a slip
    ("en", {"q": "rangers trained Mongolia"}),
    ("en", {"q": "migration routes saiga"}),
    ("ru", {"q": "авиаучёт сайгака в Казахстане"}),
    ("en", {"q": "small grant awarded"}),
    ("en", {"q": "fence removed snow leopard", "year": "2019"}),
    ("ru", {"q": "методы учёта диких животных"}),
    ("en", {"q": "survey saigga Kazakhstan"}),
    ("en", {"q": "schools Bukhara deer", "kind": "article"}),
]


@dataclass(frozen=True)
class Row:
    """``paths`` are asked by turns. ``made`` says how the portal comes to the answer:

    kept: from the page cache; again: the same, for a reader who has it (304); edited: after the content version has
    moved, so that nothing kept is true any more; anew: without a page cache, what else is kept with the version stays.
    """

    name: str
    made: str
    paths: tuple
    target: float | dict | None = None  # by database where they differ

    def target_on(self, database):
        return self.target.get(database) if isinstance(self.target, dict) else self.target


def rows(articles, article):
    """The rows of a portal with so many ``articles``, one of which is at the address ``article``."""
    searches = tuple(f"/{language}/search/?{urlencode(query)}" for language, query in SEARCHES)
    deep = f"/en/news/?page={max(2, articles * 9 // 200)}"
    return [
        Row("list, kept", "kept", ("/en/news/",), 0.7),
        Row("article, kept", "kept", (article,), 0.7),
        Row("list, not modified (304)", "again", ("/en/news/",), 0.7),
        Row("list, first page after an edit", "edited", ("/en/news/",)),
        Row("article, first page after an edit", "edited", (article,)),
        Row("home page", "anew", ("/en/",)),
        Row("list of news", "anew", ("/en/news/",), 8),
        Row("list of news, Russian", "anew", ("/ru/news/",), 8),
        Row("list of events", "anew", ("/en/events/",), 8),
        Row("list of species", "anew", ("/en/species/",), 8),
        Row("list of contacts", "anew", ("/en/contacts/",), 8),
        Row("filtered list", "anew", ("/en/news/?species=saiga&year=2016",), 12),
        Row("deep page of a list", "anew", (deep,), 12),
        Row("article", "anew", (article,), 4),
        Row("search, several words", "anew", searches, {"sqlite": 40, "postgresql": 20}),
        Row("feed", "anew", ("/en/news/feed.atom",)),
        Row("CSV, filtered", "anew", ("/en/news/data.csv?species=saiga&year=2016",)),
        Row("CSV, whole", "anew", ("/en/news/data.csv",)),
        Row("API, a page of 100", "anew", ("/api/v1/news/?page_size=100",)),
        Row("calendar of events", "anew", ("/en/events/calendar.ics",)),
    ]


def rows_behind_proxy(article, file):
    """The rows of the portal behind nginx; ``file`` is the address of a static one, to compare with."""
    return [
        Row("list, kept, behind nginx", "kept", ("/en/news/",), 0.25),
        Row("article, kept, behind nginx", "kept", (article,), 0.25),
        Row("list, not modified (304), behind nginx", "again", ("/en/news/",), 0.25),
        Row("static file, behind nginx", "kept", (file,)),
    ]


def a_file(reader):
    """The address of a style sheet."""
    page = reader.ask("/en/", Accept_Encoding="identity").body.decode()
    return re.search(r'href="(/static/[^"]+\.css)"', page)[1]


def an_article(reader):
    """The address of the first made-up article in the list of news."""
    page = reader.ask("/en/news/", Accept_Encoding="identity").body.decode()
    return re.search(r'href="(/en/news/populated-[-\w]+/)"', page)[1]
