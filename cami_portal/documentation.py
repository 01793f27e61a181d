"""The page that explains the API: its examples, which tests run, and the fields and filters of its lists."""

import json
import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from publishing.facets import Facet, YearFacet
from publishing.periods import DayFilter
from publishing.records import KEY, LANGUAGES, TIME

from .api import VIEWS
from .openapi import value_of


@dataclass
class Example:
    """What is asked, as it follows the address of the API, and the answer: of an object some properties only.

    ``{api}`` stands for the address of the API.
    """

    about: str
    question: str
    answer: dict
    status: int = 200

    def written(self, api):
        answer = json.dumps(self.answer, ensure_ascii=False, indent=2).replace("{api}", api)
        answer = re.sub(r"\[\s+([^\[\]{}]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", answer)
        return {"about": self.about, "command": f'curl "{api}{self.question}"', "answer": answer}


EXAMPLES = [
    Example(
        gettext_lazy("News about the saiga in Kazakhstan. The day is not known, so the month is given:"),
        "news/?species=saiga&state=KZ",
        {
            "count": 1,
            "next": None,
            "results": [
                {
                    "id": "77da38db-3c76-4b39-98d1-70bc55434fae",
                    "kind": "project",
                    "date": "2016-12-01",
                    "date_precision": "month",
                    "title": {
                        "en": "CMS-Supported Project for the Conservation of the Saiga Antelope",
                        "ru": "Проект по сохранению сайгака при поддержке КМВ (CMS)",
                    },
                    "species": ["saiga"],
                    "states": ["KZ", "RU"],
                }
            ],
        },
    ),
    Example(
        gettext_lazy("Where the Bukhara deer lives, one row on a page:"),
        "ranges/?species=bukhara-deer&page_size=1",
        {
            "count": 5,
            "next": "{api}ranges/?species=bukhara-deer&page_size=1&page=2",
            "previous": None,
            "results": [
                {
                    "species": "bukhara-deer",
                    "scientific_name": "Cervus hanglu bactrianus",
                    "state": "AF",
                    "presence": "resident",
                    "source": "cms-bukhara-deer-mou-page",
                    "year": 2011,
                    "verified": True,
                }
            ],
        },
    ),
    Example(
        gettext_lazy("A question with a slip in it:"),
        "news/?specie=saiga",
        {"status": 400, "messages": ["This list has no filter “specie”."]},
        status=400,
    ),
]
AGAIN = "curl --etag-save news.tag --etag-compare news.tag -o news.json {api}news/"
PYTHON = """\
import json
from urllib.request import urlopen

address = "{api}ranges/?page_size=100"
while address:
    page = json.load(urlopen(address))
    for row in page["results"]:
        print(row["scientific_name"], row["state"], row["presence"])
    address = page["next"]
"""
JAVASCRIPT = """\
const answer = await fetch("{api}events/?when=upcoming");
const { results } = await answer.json();
console.log(results.map((event) => event.title.en));
"""

WORDS = {
    "uuid": gettext_lazy("identity (UUID)"),
    "date": gettext_lazy("date"),
    "date-time": gettext_lazy("date and time"),
    "uri": gettext_lazy("address"),
    "iri": gettext_lazy("address"),
    "text/html": gettext_lazy("formatted text (HTML)"),
    KEY["pattern"]: gettext_lazy("key"),
    TIME["pattern"]: gettext_lazy("time"),
    "integer": gettext_lazy("whole number"),
    "string": gettext_lazy("text"),
}


@dataclass
class Row:
    """A field or a filter: its name, what it means, and what it is, in ``words`` and in the ``codes`` after them."""

    name: str
    about: str
    words: str
    codes: list
    or_null: bool = False


def row(name, about, schema):
    words, codes = described(schema)
    return Row(name, capfirst(about), words, codes, "null" in schema["type"])


def described(schema):
    """``(words, codes)``"""
    if "boolean" in schema["type"]:
        return _("one of"), ["true", "false"]
    if "enum" in schema:
        return _("one of"), [value for value in schema["enum"] if value]
    if "items" in schema:
        words, codes = described(schema["items"])
        return _("list: %s") % words, codes
    properties = schema.get("properties")
    if not properties:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kinds = [schema.get("format"), schema.get("pattern"), *names]
        return next(str(WORDS[kind]) for kind in kinds if kind in WORDS), []
    if list(properties) != LANGUAGES:
        return _("object with"), list(properties)
    words = WORDS.get(schema.get("contentMediaType")) or described(properties["en"])[0]
    return _("%s in each language") % words, []


def filter_row(name, one):
    if isinstance(one, YearFacet):
        return Row(name, one.label, _("year"), [])
    if isinstance(one, DayFilter):
        return Row(name, one.label, _("date"), [])
    if isinstance(one, Facet):
        return row(name, one.label, value_of(one))
    return Row(name, one.label, _("words"), [])


class List:
    """What the page says of a list."""

    def __init__(self, view):
        self.name, self.about = view.record.name, view.record.about
        self.has_identity = view.record.has_identity()
        self.filters = [filter_row(name, one) for name, one in view.filterset_class.base_filters.items()]
        self.fields = [row(column.name, column.about, column.schema) for column in view.record.columns()]


class Documentation(TemplateView):
    template_name = "data/api.html"

    def get_context_data(self, **kwargs):
        api = self.request.build_absolute_uri(reverse("api:index"))
        return super().get_context_data(
            text=f"data/api/{get_language()}.html",
            api=api,
            examples=[example.written(api) for example in EXAMPLES],
            again=AGAIN.replace("{api}", api),
            python=PYTHON.replace("{api}", api),
            javascript=JAVASCRIPT.replace("{api}", api),
            lists=[List(view) for view in VIEWS],
            **kwargs,
        )
