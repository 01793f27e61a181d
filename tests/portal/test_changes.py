"""What changed since: the editors' notes for readers, as a list and on the items that they are about."""

import datetime

import feedparser
import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from publishing.models import ChangeNote, PreviewLink
from tests import factories as f

pytestmark = pytest.mark.django_db
BERLIN_MIDNIGHT = datetime.datetime(2026, 3, 9, 23, tzinfo=datetime.UTC)  # the first instant of 10 March
BEFORE = BERLIN_MIDNIGHT - datetime.timedelta(microseconds=1)


def words(element):
    return " ".join(element.get_text().split())


def soup(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def rows(page):
    """``[(date, [(section, title, address, text), …]), …]`` as the list shows them."""
    return [
        (
            words(day.select_one(".row-date")),
            [
                (words(row.select_one(".kind")), words(row.h3), row.h3.a["href"], words(row.select_one(".row-summary")))
                for row in day.select(".changes > li")
            ],
        )
        for day in page.select("#results .rows > li")
    ]


@pytest.fixture
def notes():
    """A note on an item of each section, on different days; the species is that of all but the page."""
    species = f.SpeciesFactory(slug="saiga", name_en="Saiga", name_ru="Сайгак")
    article, event, instrument = f.ArticleFactory(slug="a"), f.EventFactory(slug="e"), f.InstrumentFactory(slug="i")
    for item in (article, event, instrument):
        item.species.add(species)
    items = {"article": article, "event": event, "instrument": instrument, "page": f.PageFactory(slug="about-it")}
    for number, (kind, item) in enumerate(({"species": species} | items).items()):
        at = BERLIN_MIDNIGHT + datetime.timedelta(days=number, hours=12)
        f.ChangeNoteFactory(item=item, text_en=f"Note on {kind}", text_ru="", at=at)
    return items | {"species": species}


def shown(response):
    return [note.text.removeprefix("Note on ") for note in response.context["object_list"]]


ALL = ["page", "instrument", "event", "article", "species"]


def test_notes_are_listed_by_day_from_the_newest_with_section_item_and_text(client, notes):
    f.ChangeNoteFactory(item=notes["species"], text_en="One more", at=BERLIN_MIDNIGHT)
    assert rows(soup(client, "/en/changes/"))[-2:] == [
        ("11 March 2026", [("News", notes["article"].title_en, "/en/news/a/", "Note on article")]),
        (
            "10 March 2026",
            [
                ("Species", "Saiga", "/en/species/saiga/", "Note on species"),
                ("Species", "Saiga", "/en/species/saiga/", "One more"),
            ],
        ),
    ]


def test_a_note_without_a_russian_text_is_marked_as_english(client, notes):
    f.ChangeNoteFactory(item=notes["page"], text_en="Corrected.", text_ru="Исправлено.")
    page = soup(client, "/ru/changes/")
    titles = [title for _day, changes in rows(page) for _section, title, _address, _text in changes]
    assert titles[-1] == "Сайгак"
    texts = [(text.span and text.span["lang"], words(text)) for text in page.select("#results .row-summary")]
    assert (texts[0], texts[-1]) == ((None, "Исправлено."), ("en", "Note on species англ."))


QUERIES = {
    "": ALL,
    "since=2026-03-11": ALL[:4],
    "since=2026-03-12&until=2026-03-13": ["instrument", "event"],
    "until=2026-03-10": ["species"],
    "since=2026-03-15": [],
    "since=&until=": ALL,
    "section=news&section=pages": ["page", "article"],
    "section=instruments": ["instrument"],
    "species=saiga": ALL[1:],
    "species=saiga&section=species&section=events": ["event", "species"],
    "since=1900-01-01&until=2100-12-31": ALL,
    "since=2100-12-31": [],
}


def test_what_is_asked_for_is_shown(client, notes):
    assert {query: shown(client.get(f"/en/changes/?{query}")) for query in QUERIES} == QUERIES


def test_notes_on_other_species_are_left_out(client, notes):
    other = f.SpeciesFactory(slug="other")
    f.ChangeNoteFactory(item=other, text_en="Note on other")
    for factory in (f.ArticleFactory, f.EventFactory, f.InstrumentFactory):
        item = factory()
        item.species.add(other)
        f.ChangeNoteFactory(item=item, text_en="Note on other")
    assert shown(client.get("/en/changes/?species=saiga")) == ALL[1:]
    assert shown(client.get("/en/changes/?species=other")) == ["other"] * 4
    assert shown(client.get("/en/changes/?species=other&species=saiga")) == ["other"] * 4 + ALL[1:]


def test_a_day_begins_and_ends_at_midnight_in_bonn(client, notes):
    ChangeNote.objects.all().delete()
    for text, at in {"before": BEFORE, "then": BERLIN_MIDNIGHT}.items():
        f.ChangeNoteFactory(item=notes["page"], text_en=text, at=at)
    assert shown(client.get("/en/changes/?since=2026-03-10")) == ["then"]
    assert shown(client.get("/en/changes/?until=2026-03-09")) == ["before"]
    assert [day for day, _notes in rows(soup(client, "/en/changes/"))] == ["10 March 2026", "9 March 2026"]


@pytest.mark.parametrize("name", ["since", "until"])
def test_what_is_no_day_is_refused_beside_its_field(client, notes, name):
    garbage = ["12.11.2026", "2026-13-01", "2026-02-30", "2026-1-5", "20260105", "2026-W01-1", "1899-12-31", "x" * 3000]
    garbage += ["2101-01-01", "0000-00-00", "٢٠٢٦-٠١-٠١", "\x00", "2026-01-05\x00", "2026-01-05T00:00", "\ufffd", "-1"]
    for value in garbage:
        response = client.get("/en/changes/", {name: value})
        assert (response.status_code, shown(response)) == (400, []), value
        page = BeautifulSoup(response.content.decode(), "html5lib")
        field = page.select_one(f"#id_{name}")
        assert (field["aria-invalid"], field["value"]) == ("true", "")
        assert "is not a day" in page.select_one(f"#{field['aria-describedby']}").text or "\x00" in value
    twice = client.get(f"/en/changes/?{name}=2026-01-01&{name}=2026-01-02")
    assert (twice.status_code, shown(twice)) == (400, [])


def test_an_end_before_the_beginning_is_refused(client, notes):
    response = client.get("/en/changes/?since=2026-03-12&until=2026-03-11")
    assert (response.status_code, shown(response)) == (400, [])
    assert list(response.context["filter"].form.errors) == ["until"]
    days = BeautifulSoup(response.content.decode(), "html5lib").select("#filters input[type=date]")
    assert [day["value"] for day in days] == ["2026-03-12", "2026-03-11"]
    assert shown(client.get("/en/changes/?since=2026-03-12&until=2026-03-12")) == ["event"]


def test_each_choice_says_how_many_notes_it_would_give(client, notes):
    f.ChangeNoteFactory(item=notes["article"], text_en="Note on article", at=BERLIN_MIDNIGHT)
    facets = client.get("/en/changes/?until=2026-03-13").context["filter"].facets
    numbers = {field.name: {option.value: option.number for option in options} for field, options in facets}
    assert numbers == {
        "section": {"news": 2, "events": 1, "species": 1, "instruments": 1},
        "species": {"saiga": 5},
    }


def test_active_days_are_chips_that_can_be_taken_off(client, notes):
    response = client.get("/en/changes/?since=2026-03-10&until=2026-03-13&section=news")
    assert [(words_of(chip.label), chip.without) for chip in response.context["filter"].chips] == [
        ("Since: 10 March 2026", "until=2026-03-13&section=news"),
        ("Until: 13 March 2026", "since=2026-03-10&section=news"),
        ("Section: News", "since=2026-03-10&until=2026-03-13"),
    ]


def words_of(text):
    return " ".join(text.split())


def test_those_who_come_back_have_the_last_days_at_hand(client, notes):
    today = timezone.localdate()
    week = f"since={today - datetime.timedelta(days=7)}"
    page = soup(client, f"/en/changes/?species=saiga&{week}")
    ways = {words(link): (link["href"], link.get("aria-current")) for link in page.select("#results .views a")}
    assert ways["All"] == ("/en/changes/?species=saiga", None)
    assert ways["Last 7 days"] == (f"/en/changes/?species=saiga&{week}", "true")
    assert ways["This year"] == (f"/en/changes/?species=saiga&since={today.year}-01-01", None)


def test_without_notes_the_list_says_so_and_leads_to_the_news(client):
    page = soup(client, "/en/changes/").select_one(".empty")
    assert "No change has been noted yet." in page.text
    assert page.a["href"] == "/en/news/"
    filtered = soup(client, "/en/changes/?since=2026-01-01").select_one(".empty")
    assert "Nothing fits" in filtered.text


def test_a_thousand_notes_are_cut_into_pages(client, django_assert_max_num_queries):
    article = f.ArticleFactory()
    ChangeNote.objects.bulk_create(ChangeNote(item=article, text_en=f"Note {n}") for n in range(1000))
    with django_assert_max_num_queries(25):
        first, last = client.get("/en/changes/"), client.get("/en/changes/?page=50")
    assert (len(first.context["object_list"]), first.context["object_list"][0].text) == (20, "Note 999")
    assert last.context["object_list"][19].text == "Note 0"
    assert client.get("/en/changes/?page=51").status_code == 404


def test_what_was_changed_before_readers_could_see_it_is_not_told(client):
    now = timezone.now()
    article = f.ArticleFactory(slug="a", published_at=now - datetime.timedelta(days=2))
    f.ChangeNoteFactory(item=article, text_en="Before", at=now - datetime.timedelta(days=3))
    f.ChangeNoteFactory(item=article, text_en="", text_ru="")
    assert shown(client.get("/en/changes/")) == []
    assert not soup(client, "/en/news/").select(".noted")
    assert not soup(client, "/en/news/a/").select(".updated")
    f.ChangeNoteFactory(item=article, text_en="After")
    assert shown(client.get("/en/changes/")) == ["After"]


ITEMS = [
    ("news", f.ArticleFactory),
    ("events", f.EventFactory),
    ("species", f.SpeciesFactory),
    ("species/instruments", f.InstrumentFactory),
    ("", f.PageFactory),
]


@pytest.mark.parametrize(("path", "factory"), ITEMS)
def test_an_item_tells_its_last_change_and_the_earlier_ones(client, path, factory):
    one, other = factory(slug="one"), factory(slug="other")
    for day, text in enumerate(["First", "Second", "Third"]):
        f.ChangeNoteFactory(item=one, text_en=text, at=BERLIN_MIDNIGHT + datetime.timedelta(days=day))
    f.ChangeNoteFactory(item=other, text_en="Of another", text_ru="", at=BERLIN_MIDNIGHT)
    address = f"/en/{path}/".replace("//", "/")
    updated = soup(client, f"{address}one/").select_one("main .updated")
    assert words(updated.p) == "Updated 12 March 2026: Third"
    assert [words(note) for note in updated.select("details li")] == ["11 March 2026: Second", "10 March 2026: First"]
    updated = soup(client, f"{address}other/".replace("en", "ru", 1)).select_one("main .updated")
    assert words(updated).endswith("10 марта 2026 г.: Of another англ.")
    assert not updated.select("details")


@pytest.mark.parametrize(("path", "factory"), ITEMS[:4])
def test_a_list_marks_what_was_changed_in_the_last_thirty_days(client, path, factory):
    now = timezone.now()
    fresh, old, _untold = factory(slug="fresh"), factory(slug="old"), factory(slug="untold")
    for item, days in [(fresh, 29), (fresh, 35), (old, 32)]:  # a clock that was set back adds an hour to thirty days
        f.ChangeNoteFactory(item=item, at=now - datetime.timedelta(days=days))
    marked = soup(client, f"/en/{path}/").select(".noted")
    assert [mark.find_parent("li").h3.a["href"] for mark in marked] == [f"/en/{path}/fresh/"]
    day = timezone.localdate(now - datetime.timedelta(days=29))
    assert marked[0].time["datetime"] == day.isoformat()


def test_a_note_of_a_removed_item_vanishes_and_comes_back_with_it(client, notes):
    species = notes["species"]
    key = species.pk
    species.delete()
    assert shown(client.get("/en/changes/")) == ALL[:-1]
    f.SpeciesFactory(pk=key)
    assert shown(client.get("/en/changes/")) == ALL


def test_a_preview_tells_no_changes_of_a_draft(client):
    article = f.ArticleFactory(published_at=None)
    f.ChangeNoteFactory(item=article)
    link = PreviewLink.objects.create(
        item=article, note="Ministry", expires_at=timezone.now() + datetime.timedelta(days=1)
    )
    assert not soup(client, link.get_absolute_url()).select(".updated")


def test_the_way_to_the_changes_stands_on_every_page(client):
    assert soup(client, "/ru/").select_one("footer a[href='/ru/changes/']")


def test_a_feed_tells_what_changed_and_keeps_its_identities(client, notes):
    address = "/ru/changes/feed.atom?section=species&section=pages"
    _page, species = feedparser.parse(client.get(address).content).entries
    note = ChangeNote.objects.get(text_en="Note on species")
    assert (species.id, species.link) == (note.uuid.urn, "http://testserver/ru/species/saiga/")
    # A note in English stands below a title in English, and both say so.
    assert (species.title, species.summary, species.content[0].language) == ("Saiga", "Note on species", "en")
    assert (species.published, [tag.term for tag in species.tags]) == ("2026-03-10T11:00:00+00:00", ["species"])
    note.text_ru, note.text_en = "О виде", "On the species"
    note.save()
    _page, species = feedparser.parse(client.get(address).content).entries
    assert (species.id, species.title, species.summary) == (note.uuid.urn, "Сайгак", "О виде")
    assert species.updated > species.published


def test_data_of_a_change_names_its_item(client, notes):
    note = ChangeNote.objects.get(text_en="Note on species")
    (record,) = client.get("/api/v1/changes/?section=species").json()["results"]
    assert record == {
        "id": str(note.uuid),
        "at": "2026-03-10T11:00:00+00:00",
        "section": "species",
        "item": str(notes["species"].uuid),
        "title": {"en": "Saiga", "ru": "Сайгак"},
        "url": {"en": "http://testserver/en/species/saiga/", "ru": "http://testserver/ru/species/saiga/"},
        "text": {"en": "Note on species", "ru": None},
        "changed": note.changed.isoformat(),
    }
    for form in ("feed.atom", "data.csv"):
        assert client.get(f"/en/changes/{form}?since=2026-02-30").status_code == 400
    assert client.get("/api/v1/changes/?since=2026-03-12&until=2026-03-11").status_code == 400
