"""The seed as visitors meet it: every page of the fixtures in both languages, as a browser and a reader take it."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from urllib.parse import urldefrag, urljoin

import html5lib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import translation

from cami_portal.management.commands.seed import FIXTURES

pytestmark = pytest.mark.django_db
ROWS = [row for path in settings.FIXTURE_DIRS[0].glob("*.json") for row in json.loads(path.read_text())]
LANGUAGES = [code for code, name in settings.LANGUAGES]
# Where each row of a kind has its page, and how many there are.
PAGES = {
    "contacts.organisation": ("contacts/organisations/{slug}/", 38),
    "contacts.role": ("contacts/{slug}/", 7),
    "events.event": ("events/{slug}/", 29),
    "news.article": ("news/{slug}/", 25),
    "publishing.page": ("{slug}/", 7),
    "species.instrument": ("species/instruments/{slug}/", 10),
    "species.rangestate": ("species/states/{country[0]}/", 14),
    "species.species": ("species/{slug}/", 20),
}
LISTS = ["", "sources/", "changes/", "data/", "data/api/", "news/", "events/", "contacts/", "contacts/organisations/"]
LISTS += ["species/", "species/range/", "species/instruments/", "species/states/"]
LISTS += [f"events/{year}/" for year in (*range(2011, 2021), 2024)]  # those with events
MONTH = r"(?<=/)\d{4}/\d+/"  # one will do
# What stays in Latin letters on a Russian page: names, scientific names, addresses and files, words with two capitals.
NAMES = """
Askar Davletbakov|David Braun|Grunewald|John Hare|Lizza|Martin Forster|Rich Reading
Deutsche Welle|Facebook|Fauna & Flora International|National Geographic|Naturschutzbund Deutschland|Twitter
vCard|Bonn|Germany|Platz der Vereinten Nationen|Saiga Conservation Alliance|Species Focal Point|(UNEP/CMS Secretariat)
Cambridge University Press|Civilsdaily|Down To Earth|Earth Negotiations Bulletin|Europe Diplomatic Magazine
GSAP Skills Platform|GSAP Skills|IUCN Knowledge Products|Living Planet|Mongabay India|Species+|UNEP in Europe
Central Asian Mammals Initiative: Saving the Last Migrations|Rules of Engagement
Guiding Principles on Trophy Hunting as a Tool for Creating Conservation Incentives
Migratory animals under threat in the ‘Serengeti of the north’|Файлы cookie|файлы cookie|файлов cookie|Atom|Excel
"""
GENERA = {row["fields"]["scientific_name"].split()[0] for row in ROWS if row["model"] == "species.species"} | {"Uncia"}
IN_LATIN = re.compile(
    "|".join(re.escape(name) for line in NAMES.split("\n") for name in line.split("|") if name)
    + rf"|\b(?:{'|'.join(sorted(GENERA))})(?: (?:ssp\.|spp\.|[a-z]+))*"
    + r"|\S*[./_@]\w\S*|\b\w*[A-Z]\w*[A-Z]\w*\b"
)


@dataclass
class Seen:
    """What a page holds; ``texts`` is what a reader sees or hears in the page's own language."""

    status: int
    errors: list
    language: str
    tags: Counter = field(default_factory=Counter)
    ids: Counter = field(default_factory=Counter)
    links: list = field(default_factory=list)
    texts: list = field(default_factory=list)

    def read(self, element, language):
        language = element.get("lang", language)
        self.tags[element.tag] += 1
        self.ids.update([element.get("id")] if element.get("id") else [])
        self.links += [element.get("href")] if element.tag == "a" else []
        own = None if element.tag == "script" else element.text  # which is data
        said = [own, *(element.get(name) for name in ("aria-label", "alt", "title", "placeholder"))]
        said += [element.get("content")] if element.get("name") == "description" else []
        self.texts += [text for text in said if text and language == self.language]
        for child in element:
            if isinstance(child.tag, str):  # no comment
                self.read(child, language)
            self.texts += [child.tail] if child.tail and language == self.language else []


def visit(address, client=Client(raise_request_exception=False)):  # noqa: B008 - making one is the slow part
    with translation.override("en"):  # the language of the page ends with it
        response = client.get(address)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    html = parser.parse(response.content, transport_encoding="utf-8")
    page = Seen(response.status_code, [error[:2] for error in parser.errors], html.get("lang"))
    page.read(html, page.language)
    return page


def crawl():
    """``{address: Seen}`` of all pages that links lead to: no files, one month, one list of each set of filters."""
    seen, known = {}, {f"/{language}/" for language in LANGUAGES}
    ahead = sorted(known)
    while ahead:
        address = ahead.pop()
        seen[address] = visit(address)
        links = {urldefrag(urljoin(address, link)).url for link in seen[address].links}
        pages = [link for link in sorted(links) if re.match(r"/(?!/|admin/)(?!api/|.*\.(?:atom|csv|ics|vcf)\b)", link)]
        new = {re.sub(f"=[^&]*|{MONTH}", "=", link): link for link in pages}
        ahead += [link for shape, link in new.items() if shape not in known]
        known |= new.keys()
    return seen


def load(names):
    """``{model: rows}`` once the fixtures are loaded in this order; the content version counts loading itself."""
    call_command("loaddata", *names, verbosity=0)
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in FIXTURES]
    stored = {model._meta.label_lower: list(model._base_manager.order_by("pk").values_list()) for model in models}
    return {label: rows for label, rows in stored.items() if label != "publishing.contentversion"}


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    """Loading and reading take their time: done once, and no row stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = SimpleNamespace(by_name=load(sorted(FIXTURES)), pages=crawl(), in_order=load(FIXTURES))
        transaction.set_rollback(True)
    return loaded


def test_the_files_load_in_any_order_and_twice_changes_nothing(seed):
    number_of = Counter(row["model"] for row in ROWS)
    assert {label: len(seed.by_name[label]) for label in number_of} == number_of
    assert seed.in_order == seed.by_name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_has_its_page_and_links_lead_there(seed, language):
    expected = {f"/{language}/{path}" for path in LISTS}
    for model, (path, number) in PAGES.items():
        rows = [row["fields"] for row in ROWS if row["model"] == model]
        assert (model, len(rows)) == (model, number)
        expected |= {f"/{language}/{path.format(**row).lower()}" for row in rows}
    assert len(expected) == 174
    seen = {address for address in seed.pages if address.startswith(f"/{language}/") and "?" not in address}
    assert {address for address in seen if not re.search(MONTH, address)} == expected
    assert len(seen) == len(expected) + 1


def test_every_page_answers_and_is_valid(seed):
    for address, page in seed.pages.items():
        found = (page.status, page.errors, page.tags["h1"], page.language, [*(page.ids - Counter(set(page.ids)))])
        assert (address, *found) == (address, 200, [], 1, address[1:3], [])


def test_every_link_to_a_part_of_a_page_finds_it(seed):
    for address, page in seed.pages.items():
        for to in {urldefrag(urljoin(address, link)) for link in page.links}:
            if to.fragment and to.url in seed.pages:
                assert to.fragment in seed.pages[to.url].ids, (address, to)


def in_english(texts):
    own = {" ".join(text.split()) for text in texts}
    own = {text for text in own if "на английском языке" not in text}  # that of a title is said
    return {text for text in own if re.search("[A-Za-z]{3}", IN_LATIN.sub("", text))}


def test_nothing_is_left_in_english_on_russian_pages(seed):
    texts = {text for page in seed.pages.values() if page.language == "ru" for text in page.texts}
    assert len(texts) > 1000
    assert in_english(texts) == set()


@pytest.mark.parametrize(("path", "status"), [("x/", 404), ("news/?year=1", 400), ("news/?x=1", 400)])
def test_nothing_is_left_in_english_on_russian_error_pages(path, status):
    page = visit(f"/ru/{path}")
    assert (page.status, page.errors, page.tags["h1"], in_english(page.texts)) == (status, [], 1, set())


def test_the_ten_items_of_the_news_list_keep_their_titles_and_dates():
    listed = {
        ("In memoriam – Anton Mezhnev", "2021-01-29"),
        ("Press Release: Afghanistan and Tajikistan Step Up Environmental Cooperation", "2020-10-07"),
        ("Gobi Bear, Persian Leopard and Wild Sheep Set for Greater Protection", "2020-02-14"),
        ("Gobi Bear, Persian Leopard and Other Central Asian Mammals to Receive Greater Protection", "2019-10-09"),
        ("In Memoriam – Dr Lkhagvasuren Badamjav (1959-2019)", "2019-08-07"),
        ("Connectivity Conservation: a Key Element of the Post-2020 Global Biodiversity Framework", "2018-11-02"),
        ("Midterm Review of the Central Asian Mammals Initiative (CAMI)", "2018-04-27"),
        ("Addition of Three Species proposed by Mongolia to the Appendices of CMS", "2017-12-12"),
        ("Saving Snow Leopards from the Brink of Extinction", "2017-02-06"),
        ("The Argali Sheep – Trophy Hunting as a Potential Conservation Measure?", "2016-11-14"),
    }
    assert listed - {(row["fields"].get("title_en"), row["fields"].get("date")) for row in ROWS} == set()


def test_the_wrong_address_of_the_newsletter_is_nowhere(seed):
    written = str([*seed.pages.values(), ROWS]).lower()
    assert "yelizaveta" in written
    assert "yelizateva" not in written


def test_every_item_and_fact_names_its_source():
    models = {row["model"] for row in ROWS if hasattr(apps.get_model(row["model"]), "source")}
    models -= {"publishing.page", "species.species"}  # pages may be the portal's own words; a species has its facts
    assert len(models) == 15
    assert [row for row in ROWS if row["model"] in models and not row["fields"].get("source")] == []
    species = [row["fields"] for row in ROWS if row["model"] == "species.species"]
    assessed = {row["fields"]["species"][0] for row in ROWS if row["model"] == "species.assessment"}
    assert [one["slug"] for one in species if not one.get("source") and one["slug"] not in assessed] == []
