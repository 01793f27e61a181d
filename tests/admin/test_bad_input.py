"""Nothing that can be put in an address or a form of the admin is answered by a 500."""

import pytest
from django.urls import reverse

from news.models import Article
from tests import factories as f

pytestmark = pytest.mark.django_db

HUGE = str(2**70)
LIST = "/admin/news/article/"


@pytest.mark.parametrize(
    "query",
    [
        "o=x", "o=-999", "o=1.2.3.x", f"o={HUGE}", "p=x", "p=-1", f"p={HUGE}", "all=x", "q=%00", "q=" + "a+" * 3000,
        "q=%25_%5C", "e=1", "state=x", "state=%00", "without=x", "kind__exact=x", "kind__exact=%00",
        "date__year=0", "date__year=99999", "date__year=x", "date__year=2016&date__month=13", f"picture={HUGE}",
        f"picture__id__exact={HUGE}", "picture__id__exact=x", f"id__in={HUGE}", "id__in=x", "id=%00", "title_en=%00",
        "_to_field=title_en", "_to_field=id", "_popup=1", "_popup=x", "picture__permission__startswith=a", "x=1",
        "source__isnull=x", "slug__regex=(a", "published_at__gte=x", "_facets=True&state=live", "_facets=x",
    ],
)  # fmt: skip
def test_a_list_answers_any_query(editing, query):
    f.ArticleFactory()
    assert editing.get(f"{LIST}?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("key", ["0", "-1", HUGE, "x", "_00", "%00", "1/2", "1.5", "١", "9" * 5000, "%F0%9F%A6%8C"])
def test_an_unknown_row_is_said_to_be_gone(editing, key):
    for page in ("change", "delete", "history"):
        assert editing.get(f"{LIST}{key}/{page}/").status_code in (302, 404)
    assert editing.get(f"/admin/r/{key}/{key}/").status_code == 404
    assert editing.get(f"/admin/r/1/{key}/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"species": [HUGE]}, {"species": ["x"]}, {"picture": HUGE}, {"picture": "x"}, {"picture": "\0"},
        {"date": "0000-00-00"}, {"date": "99999-01-01"}, {"published_at_0": "x"}, {"kind": "x"}, {"kind": "\0"},
        {"link": "http://" + "a" * 5000}, {"slug": "x" * 5000}, {"body_en": "<" * 50_000}, {"title_en": "\ud800"},
        {"organisation_parts-TOTAL_FORMS": "x"},
        {"organisation_parts-INITIAL_FORMS": "3"},
        {"organisation_parts-INITIAL_FORMS": "1", "organisation_parts-0-id": HUGE},
        {"organisation_parts-TOTAL_FORMS": "1", "organisation_parts-0-organisation": HUGE},
    ],
    ids=lambda values: str(values)[:60],
)  # fmt: skip
def test_a_form_answers_any_values(editing, values):
    article = f.ArticleFactory()
    data = {"title_en": "Saiga", "kind": "news", "date": "2016-11-14", "date_precision": "day"}
    data |= {"organisation_parts-TOTAL_FORMS": "0", "organisation_parts-INITIAL_FORMS": "0"} | values
    if values.get("title_en"):
        data = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}
    page = reverse("admin:news_article_change", args=[article.pk])
    assert editing.post(page, data).status_code in (200, 302, 400)


@pytest.mark.parametrize(
    "query", ["picture=x", f"picture={HUGE}", f"species=x,{HUGE}", "date=x", "title_en=%00", "_popup=1"]
)
def test_a_new_form_answers_any_initial_value(editing, query):
    assert editing.get(f"{LIST}add/?{query}").status_code in (200, 400)


@pytest.mark.parametrize("data", [{"action": "publish", "_selected_action": [key]} for key in ("x", HUGE, "\0", "-1")])
def test_an_action_answers_any_selection(editing, data):
    f.ArticleFactory()
    assert editing.post(LIST, data).status_code in (302, 400)
    assert editing.post(LIST, data | {"action": "x"}).status_code in (200, 302, 400)
    assert editing.post(LIST, data | {"action": "delete_selected", "post": "yes"}).status_code in (200, 302, 400)
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "term=%00", "term=" + "a+" * 3000, "page=x", "page=0", f"page={HUGE}", "field_name=x", "field_name=title",
        "model_name=x", "app_label=%00", "model_name=%00", "field_name=%00",
    ],
)  # fmt: skip
def test_autocompletion_answers_any_query(editing, query):
    target = "app_label=news&model_name=article&field_name=species"
    assert editing.get(f"/admin/autocomplete/?{target}&{query}").status_code in (200, 403, 404)
    assert editing.get(f"/admin/autocomplete/?{query}").status_code == 403


@pytest.mark.parametrize(
    "path", ["x/x", "MQ/x-y", "MQ/set-password", "AA/x-y", "_" * 3000 + "/x-y", "4paA/x", "LTE/x-y"]
)
def test_a_link_that_was_never_sent_is_explained(client, path):
    assert "invalid" in client.get(f"/accounts/password/{path}/").content.decode()
