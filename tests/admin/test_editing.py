"""What editors do in forms and lists: make, change, remove, publish; and what they read when it cannot be."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, OperationalError
from django.urls import reverse
from django.utils import timezone

from events.models import Document, Event
from news.models import Article
from publishing.models import Picture, Tombstone
from species.models import Assessment, Species
from tests import factories as f
from tests.admin.conftest import fields_of

pytestmark = pytest.mark.django_db

ARTICLE = {"title_en": "Saiga return", "kind": "news", "date": "2016-11-14", "summary_en": "They are back."}
EVENT = {"title_en": "Reports are due", "kind": "deadline", "start": "2017-04-26"}
DAYS = {"start_precision": "day", "end_precision": "day"}
PUBLISHED = {"published_at_0": "2026-01-01", "published_at_1": "00:00"}


def page(model, name, *args):
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{name}", args=args)


def test_an_article_is_made_changed_and_deleted(editing, submit):
    species = f.SpeciesFactory()
    submit(editing, page(Article, "add"), **ARTICLE, body_en="<p>Herds <script>x</script></p>", species=[species.pk])
    article = Article.objects.get()
    assert (article.slug, article.body_en, article.state) == ("saiga-return", "<p>Herds </p>", "draft")
    assert [*article.species.all()] == [species]

    submit(editing, page(Article, "change", article.pk), title_ru="Сайгак вернулся", **PUBLISHED)
    article.refresh_from_db()
    assert (article.title_en, article.title_ru, article.state) == ("Saiga return", "Сайгак вернулся", "live")
    assert [*article.species.all()] == [species]

    editing.post(page(Article, "delete", article.pk), {"post": "yes"})
    assert Article.objects.count() == 0
    assert Tombstone.objects.get().title == "Saiga return"


def test_a_text_can_be_emptied_in_the_language_of_the_admin(editing, submit):
    article = f.ArticleFactory(published_at=None)
    submit(editing, page(Article, "change", article.pk), summary_en="")
    article.refresh_from_db()
    assert (article.summary_en, article.summary_ru) == ("", "Кратко.")


def test_a_deadline_is_made_with_what_is_due_and_a_document(editing, submit):
    deadline = {"deadline-0-for_whom_en": "Parties"}
    link = {"documents-0-title_en": "Form", "documents-0-link": "cms.int/form", "documents-0-kind": "document"}
    submit(
        editing,
        page(Event, "add"),
        ["deadline", "documents"],
        **EVENT,
        **deadline,
        **link,
        **{"documents-0-language": "en"},
    )
    event = Event.objects.get()
    assert (event.end, event.deadline.for_whom_en) == (datetime.date(2017, 4, 26), "Parties")
    assert [*event.documents.values_list("number", "link")] == [(1, "https://cms.int/form")]


def test_new_rows_get_the_next_free_number(editing, submit):
    event = f.EventFactory()
    for number in (1, 5):
        Document.objects.create(event=event, number=number, title_en="Agenda", link="https://cms.int/")
    rows = {"documents-TOTAL_FORMS": 4}
    for row in (2, 3):
        rows |= {f"documents-{row}-{name}": value for name, value in LINK.items()}
    submit(editing, page(Event, "change", event.pk), **rows)
    assert [*event.documents.values_list("number", flat=True)] == [1, 5, 6, 7]


LINK = {"title_en": "Report", "kind": "report", "language": "en", "link": "https://cms.int/"}


def test_a_species_is_made_with_its_range(editing, submit):
    state, source = f.RangeStateFactory(), f.SourceFactory()
    species = {"name_en": "Kulan", "scientific_name": "Equus hemionus", "group": "equids", "habitat": "steppe"}
    row = {"state": state.pk, "presence": "resident", "source": source.pk}
    submit(editing, page(Species, "add"), ["ranges"], **species, **{f"ranges-0-{name}": row[name] for name in row})
    assert [*Species.objects.get().ranges.values_list("state", "presence")] == [(state.pk, "resident")]


def test_a_role_is_given_to_a_person_from_a_month(editing, submit):
    role, person = f.RoleFactory(), f.PersonFactory()
    row = {"person": person.pk, "start": "2016-11-14", "start_precision": "month", "end_precision": "day"}
    submit(editing, page(type(role), "change", role.pk), ["assignments"], **{f"assignments-0-{k}": row[k] for k in row})
    assert [*role.assignments.values_list("number", "person", "start")] == [(1, person.pk, datetime.date(2016, 11, 1))]


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0), (1, 2)])
def test_in_force_passes_from_one_assessment_to_another_in_one_go(editing, submit, before, after):
    species, source = f.SpeciesFactory(), f.SourceFactory()
    for row in (0, 1):
        f.AssessmentFactory(species=species, number=row + 1, current=row == before)
    new = {"category": "VU", "source": source.pk}
    rows = {"assessments-TOTAL_FORMS": 3, **{f"assessments-2-{name}": new[name] for name in new}}
    rows |= {f"assessments-{before}-current": [], f"assessments-{after}-current": "on"}
    submit(editing, page(Species, "change", species.pk), **rows)
    assert Assessment.objects.get(current=True).number == after + 1


# --- what is refused, and where that is said ------------------------------------------------------------------------


# What is wrong, and the field that it is said beside.
MISTAKES = {
    Article: [
        ({"title_en": ""}, "title_en"),
        ({"date": "2016-02-30"}, "date"),
        ({"title_en": "x" * 301}, "title_en"),
        ({"title_en": "a\0b"}, "title_en"),
        ({"slug": "newsletter"}, "slug"),
        ({"expires_at_0": "2026-01-01", "expires_at_1": "00:00"}, "expires_at"),
        ({"withdrawn_at_0": "2026-01-01", "withdrawn_at_1": "00:00"}, "withdrawn_at"),
        ({"link": "javascript:alert(1)"}, "link"),
    ],
    Event: [
        ({"end": "2017-04-01"}, "end"),
        ({"start": "", "end": "2017-04-26"}, "start"),
        ({"start_time": "10:00"}, "time_zone"),
        ({"start_time": "10:00", "time_zone": "Bonn"}, "time_zone"),
        ({"start_precision": "year", "start_time": "10:00", "time_zone": "UTC"}, "start_time"),
    ],
}
MISTAKES_IN_ROWS = [
    ("assessments", {"category": "EN", "source": ""}, "source"),
    ("listings", {"appendix": "I", "year": 2014, "until": 2011}, "until"),
    ("memberships", {"status": "current", "until": 2020}, "status"),
    ("focalpoints", DAYS | {"start": "2016-01-01", "end": "2015-01-01"}, "end"),
    ("listings", {"appendix": "I", "year": 10**30}, "year"),
]


@pytest.mark.parametrize(("model", "right"), [(Article, ARTICLE), (Event, EVENT)])
def test_a_mistake_is_explained_beside_its_field(editing, errors, model, right):
    address = page(model, "add")
    form = fields_of(editing.get(address)) | right
    for wrong, field in MISTAKES[model]:
        assert (wrong, [*errors(editing.post(address, form | wrong))]) == (wrong, [field])
    assert model.objects.count() == 0


def test_a_mistake_in_a_row_is_explained_beside_its_field(editing, errors):
    species, source = f.SpeciesFactory(), f.SourceFactory()
    address = page(Species, "change", species.pk)
    form = fields_of(editing.get(address))
    for prefix, values, field in MISTAKES_IN_ROWS:
        row = {f"{prefix}-0-{name}": value for name, value in ({"source": source.pk} | values).items()}
        answer = editing.post(address, form | {f"{prefix}-TOTAL_FORMS": 1} | row)
        assert (values, [*errors(answer)]) == (values, [f"{prefix}-0-{field}"])


def test_two_assessments_in_force_are_refused_beside_the_second_tick(editing, submit, errors):
    species, source = f.SpeciesFactory(), f.SourceFactory()
    row = {"category": "EN", "current": "on", "source": source.pk}
    rows = {f"assessments-{number}-{name}": row[name] for number in (0, 1) for name in row}
    answer = submit(editing, page(Species, "change", species.pk), **{"assessments-TOTAL_FORMS": 2}, **rows)
    assert errors(answer) == {"assessments-1-current": "Only one assessment of a species can be in force."}


def test_a_second_row_for_the_same_range_state_is_refused(editing, submit):
    entry = f.RangeFactory()
    row = {"state": entry.state.pk, "presence": "vagrant", "source": entry.source.pk}
    rows = {"ranges-TOTAL_FORMS": 2, **{f"ranges-1-{name}": row[name] for name in row}}
    answer = submit(editing, page(Species, "change", entry.species.pk), **rows)
    assert "Please correct the duplicate data" in answer.content.decode()
    assert entry.species.ranges.count() == 1


def test_what_others_rest_on_is_not_deleted_and_what_they_are_is_said(editing):
    entry = f.RangeFactory()
    url = page(type(entry.source), "delete", entry.source.pk)
    for response in (editing.get(url), editing.post(url, {"post": "yes"})):
        assert "would require deleting the following protected related objects" in response.content.decode()
    assert type(entry.source).objects.filter(pk=entry.source.pk).exists()


def test_a_full_disk_is_explained_above_the_form_with_what_was_typed(editing, submit, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    answer = submit(editing, page(Picture, "add"), alt_en="A steppe", file=picture())
    soup = BeautifulSoup(answer.content.decode(), "html.parser")
    assert "disk may be full" in soup.select_one(".errornote + .errorlist").text
    assert soup.select_one("#id_alt_en")["value"] == "A steppe"
    assert Picture.objects.count() == 0


def test_a_database_that_cannot_store_is_explained_above_the_form_with_what_was_typed(editing, submit, monkeypatch):
    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(Article, "save", full)
    answer = submit(editing, page(Article, "add"), **ARTICLE)
    soup = BeautifulSoup(answer.content.decode(), "html.parser")
    assert "Nothing was saved" in soup.select_one(".errornote + .errorlist").text
    assert soup.select_one("#id_title_en")["value"] == "Saiga return"


def test_what_the_database_refuses_is_explained_above_the_form_with_what_was_typed(editing, submit, monkeypatch):
    def taken(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr(Article, "save", taken)
    answer = submit(editing, page(Article, "add"), **ARTICLE)
    soup = BeautifulSoup(answer.content.decode(), "html.parser")
    assert "Nothing was saved: try again" in soup.select_one(".errornote + .errorlist").text
    assert soup.select_one("#id_title_en")["value"] == "Saiga return"


def picture():
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    stored = io.BytesIO()
    Image.new("RGB", (40, 30)).save(stored, "PNG")
    return SimpleUploadedFile("steppe.png", stored.getvalue())


# --- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "state", "moved"),
    [("publish", "live", 5), ("withdraw", "withdrawn", 3), ("bring_back_to_draft", "draft", 5)],
)
def test_an_action_moves_what_it_can_says_how_many_and_logs_each(editing, action, state, moved):
    articles = [f.ArticleFactory(**fields) for fields in f.states().values()]
    data = {"action": action, "_selected_action": [article.pk for article in articles]}
    response = editing.post(page(Article, "changelist"), data, follow=True)
    assert (
        f"Now “{state}”: {moved}."
        in BeautifulSoup(response.content.decode(), "html.parser").select_one(".messagelist").text
    )
    assert Article.objects.in_state(state).count() == moved + 1
    assert LogEntry.objects.count() == moved


def test_who_may_only_look_has_no_actions(editing, editor):
    editor.groups.first().permissions.remove(*editor.groups.first().permissions.exclude(codename__startswith="view"))
    article = f.ArticleFactory(published_at=None)
    url = page(Article, "changelist")
    assert editing.get(url).status_code == 200
    editing.post(url, {"action": "publish", "_selected_action": [article.pk]})
    article.refresh_from_db()
    assert article.state == "draft"


def test_only_what_is_live_is_linked_to_its_page(editing):
    for state, fields in f.states().items():
        article = f.ArticleFactory(**fields)
        soup = BeautifulSoup(editing.get(page(Article, "change", article.pk)).content.decode(), "html.parser")
        linked = [link["href"] for link in soup.select(".viewsitelink")]
        assert linked == ([article.get_absolute_url()] if state == "live" else [])


def test_an_action_on_a_list_keeps_what_was_saved_meanwhile(editing, monkeypatch):
    article = f.ArticleFactory(title_en="As it was", **f.states()["draft"])

    def somebody_saves(screen, request, items):
        items = list(items)
        Article.objects.filter(pk=article.pk).update(title_en="As somebody saved it")
        return items

    monkeypatch.setattr("publishing.checklist.ChecklistScreen.ready", somebody_saves)
    editing.post(
        reverse("admin:news_article_changelist"), {"action": "publish", "_selected_action": [article.pk]}, follow=True
    )
    article.refresh_from_db()
    assert (article.title_en, article.state) == ("As somebody saved it", "live")


def test_a_time_to_come_is_kept_by_save_and_publish(editing, submit):
    article = f.ArticleFactory(expires_at=None, **f.states()["draft"])
    page = reverse("admin:news_article_change", args=[article.pk])
    submit(editing, page, published_at_0="2040-01-02", published_at_1="09:00", _publish="1")
    article.refresh_from_db()
    assert (article.state, timezone.localtime(article.published_at).hour) == ("scheduled", 9)
    submit(editing, page, expires_at_0="2041-01-01", expires_at_1="09:00", _publish="1")
    article.refresh_from_db()
    assert (article.state, article.expires_at.year) == ("live", 2041)
