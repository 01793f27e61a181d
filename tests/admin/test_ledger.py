"""Where pictures are used, whose they are, and the dialog that offers them."""

import csv

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from publishing.models import Picture
from tests import factories as f

pytestmark = pytest.mark.django_db
LIST = reverse("admin:publishing_picture_changelist")
RIGHTS = {"credit": "Jane Doe", "licence": "CC BY 4.0", "permission": "By mail"}


def picture(name, **fields):
    return Picture.objects.create(file=f"pictures/{name}.jpg", caption_en=name, **fields)


def figure(picture):
    return f'<p>Text</p><figure data-picture="{picture.uuid.hex}"></figure>'


@pytest.fixture
def used():
    """One picture in an article's field, one in the text of a draft, one in a Russian text and one nowhere."""
    field, draft, russian, nowhere = (picture(name, **RIGHTS) for name in ("field", "draft", "russian", "nowhere"))
    f.ArticleFactory(title_en="Shown", picture=field)
    f.EventFactory(title_en="Drafted", outcomes_en=figure(draft), published_at=None)
    f.PageFactory(title_en="Page", body_ru=figure(russian) + figure(field))
    return nowhere


def rows(response, column="__str__"):
    page = BeautifulSoup(response.content.decode(), "html.parser")
    return {
        row.select_one(".field-__str__").text: row.select_one(f".field-{column}").get_text(" ", strip=True)
        for row in page.select("#result_list tbody tr")
    }


def test_the_list_says_where_each_picture_is_used_also_inside_texts(editing, used):
    assert rows(editing.get(LIST), "used_by") == {
        "field": "Page live Shown live",
        "draft": "Drafted draft",
        "russian": "Page live",
        "nowhere": "—",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"use": "live"}, {"field", "russian"}),
        ({"use": "some"}, {"field", "russian", "draft"}),
        ({"use": "none"}, {"nowhere"}),
        ({"rights": "lacking"}, {"no licence"}),
        ({"rights": "unproven"}, {"no licence", "no proof"}),
        ({"rights": "lacking", "use": "live"}, set()),
    ],
    ids=["live", "some", "none", "lacking", "unproven", "lacking and live"],
)
def test_the_list_can_be_filtered_by_rights_and_use(editing, used, query, found):
    picture("no licence", credit="Jane Doe")
    picture("no proof", credit="Jane Doe", licence="CC BY 4.0")
    shown = rows(editing.get(LIST, query)).keys()
    assert shown - ({"no licence", "no proof"} if "use" in query else set()) == found


def test_the_ledger_as_a_table_has_the_filtered_rows_and_no_formulas(editing, used):
    picture("=1+1", credit="@x", alt_ru="Стадо")
    answer = editing.get(reverse("admin:publishing_picture_ledger"), {"rights": "lacking"})
    assert answer["Content-Disposition"] == 'attachment; filename="pictures.csv"'
    heads, row = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    found = dict(zip(heads, row, strict=True))
    assert (found["caption [en]"], found["credit"], found["alternative text [ru]"]) == ("'=1+1", "'@x", "Стадо")
    table = editing.get(reverse("admin:publishing_picture_ledger")).content.decode()
    assert "Page (live); Shown (live)" in table


@pytest.mark.parametrize("query", ["rights=x", "use=x", "p=x", "id=x", "e=1", "o=x", "created__year=x", "x=1"])
def test_a_ledger_that_cannot_be_asked_for_is_refused_in_words(editing, query):
    address = f"{reverse('admin:publishing_picture_ledger')}?{query}"
    assert editing.get(address).status_code in (200, 400)


def test_a_picture_inside_a_text_is_not_deleted_and_its_places_are_named(editing, used):
    shown = Picture.objects.get(caption_en="russian")
    page = reverse("admin:publishing_picture_delete", args=[shown.pk])
    assert "Standing page: <a " in editing.get(page).content.decode()
    editing.post(page, {"post": "yes"})
    editing.post(LIST, {"action": "delete_selected", "_selected_action": [shown.pk], "post": "yes"})
    assert Picture.objects.filter(pk=shown.pk).exists()
    editing.post(reverse("admin:publishing_picture_delete", args=[used.pk]), {"post": "yes"})
    assert not Picture.objects.filter(pk=used.pk).exists()


CHOOSE = reverse("admin:publishing_picture_choose")


def test_the_dialog_offers_the_newest_first_finds_words_and_says_what_readers_will_not_see(editing, used):
    free = picture("Сайгаки в степи", credit="Jane Doe")
    offered = editing.get(CHOOSE).json()
    assert [one["label"] for one in offered["pictures"]][:2] == ["Сайгаки в степи", "nowhere"]
    assert (offered["more"], offered["add"]) == (False, reverse("admin:publishing_picture_add"))
    [found] = editing.get(CHOOSE, {"q": "сайгаки"}).json()["pictures"]
    assert (found["pk"], found["key"]) == (free.pk, free.uuid.hex)
    assert found["hidden"] == "Not shown in a text: no credit or licence."
    assert editing.get(CHOOSE, {"key": used.uuid.hex}).json()["pictures"][0]["hidden"] == ""


def test_the_dialog_offers_many_pictures_a_page_at_a_time(editing):
    for number in range(25):
        picture(f"{number}")
    pages = [editing.get(CHOOSE, {"page": page}).json() for page in (1, 2)]
    assert [(len(page["pictures"]), page["more"]) for page in pages] == [(24, True), (1, False)]


@pytest.mark.parametrize("query", ["page=0", "page=x", f"pk={2**70}", "pk=x", "key=x", f"q={'a' * 101}", "q=%00"])
def test_the_dialog_refuses_what_it_never_asks(editing, query):
    assert editing.get(f"{CHOOSE}?{query}").status_code == 400


def test_who_may_add_no_picture_is_not_led_to_it(client, account):
    client.force_login(account("Translator"))
    assert client.get(CHOOSE).json()["add"] == ""
