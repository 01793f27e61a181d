"""The first page of the admin: what waits for whom, and that each number leads to the rows that it counts."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article
from publishing.links import CheckedLink, Result
from tests.factories import ArticleFactory, AssignmentFactory, EventFactory, FocalPointFactory, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(editor, account):
    """One row at least of everything that can wait, and beside it one that must not be counted."""
    today = timezone.localdate()
    for author in (editor, account("Author")):
        ArticleFactory(author=author, **states()["draft"])
    ArticleFactory.create_batch(2, **states()["submitted"])
    ArticleFactory(**states()["scheduled"])
    changed = ArticleFactory(link="https://www.cms.int/gone")
    changed.title_en = "Another title"
    changed.save()
    CheckedLink.objects.update(result=Result.DEAD)
    for age in (366, 364):
        Article.objects.filter(pk=ArticleFactory().pk).update(changed=timezone.now() - timedelta(days=age))
    for end in (today - timedelta(days=1), None):
        FocalPointFactory(end=end)
    for more in ({}, {"outcomes_en": "<p>Agreed.</p>"}, {"status": "cancelled"}, states()["draft"]):
        EventFactory(**more)
    for days in (60, 61, -1):
        day = today + timedelta(days=days)
        EventFactory(kind="deadline", start=day, end=day)
    for end, confirmed in ((60, 1), (61, 1), (61, 400)):
        AssignmentFactory(end=today + timedelta(days=end), confirmed=today - timedelta(days=confirmed))


def desk(client):
    """``{label of the work: {name of the list: (number, address)}}`` as the page shows it."""
    page = BeautifulSoup(client.get("/admin/").content.decode(), "html.parser")
    shown = {}
    for row in page.select(".desk dl > div"):
        links = [dd.a for dd in row.select("dd")]
        shown[row.dt.text] = {a.contents[0].strip(): (int(a.b.text), a["href"]) for a in links}
    return shown


def test_the_desk_counts_what_waits(editing, work):
    numbers = {label: {name: number for name, (number, _) in lists.items()} for label, lists in desk(editing).items()}
    assert numbers == {
        "Your drafts": {"Articles": 1},
        "Waiting for review": {"Articles": 2},
        "Scheduled": {"Articles": 1},
        "Russian missing": {"Events": 1},
        "Russian outdated": {"Articles": 1},
        "Dead links": {"Links": 1},
        "On the portal and not changed for a year": {"Articles": 1},
        "Without a Species Focal Point": {"Species": 1},
        "Over, without outcomes": {"Events": 1},
        "Deadlines in the next 60 days": {"Events": 1},
        "An assignment ends in the next 60 days": {"Roles": 1},
        "Nobody confirmed in charge within a year": {"Roles": 1},
    }


def test_each_number_leads_to_the_rows_that_it_counts(editing, work):
    links = [link for lists in desk(editing).values() for link in lists.values()]
    rows = [editing.get(address).context["cl"].result_count for _, address in links]
    assert rows == [number for number, _ in links]


def test_an_empty_desk_says_so(editing):
    assert "Nothing. All is done." in editing.get("/admin/").content.decode()


def test_the_desk_asks_as_often_for_much_work_as_for_none(editing, django_assert_num_queries, request):
    editing.get("/admin/")
    with CaptureQueriesContext(connection) as nothing:
        editing.get("/admin/")
    request.getfixturevalue("work")
    with django_assert_num_queries(len(nothing)):
        editing.get("/admin/")
