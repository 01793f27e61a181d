import pytest
from django.core.exceptions import ValidationError

from news.models import Article
from publishing.models import FormerSlug
from publishing.slugs import make_slug
from tests.factories import PAST, ArticleFactory, EventFactory, PageFactory, RoleFactory, SpeciesFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Saiga Antelope", "saiga-antelope"),
        ("Новость о сайгаке", "novost-o-saygake"),
        ("…", "item"),
        ("word " * 40, "word-" * 15 + "word"),
    ],
)
def test_a_slug_is_made_from_any_script_and_fits(text, slug):
    assert make_slug(text) == slug


def test_two_items_of_one_title_get_two_addresses():
    assert [ArticleFactory(title_en="Saiga", slug="").slug for _ in range(3)] == ["saiga", "saiga-2", "saiga-3"]


def test_an_item_in_russian_only_gets_an_address_too():
    assert ArticleFactory(title_en="", title_ru="Сайгак", slug="").slug == "saygak"


@pytest.mark.parametrize(
    ("factory", "title", "word"),
    [
        (SpeciesFactory, {"name_en": "Range"}, "range"),
        (EventFactory, {"title_en": "2016"}, "2016"),
        (ArticleFactory, {"title_en": "Newsletter"}, "newsletter"),
        (RoleFactory, {"title_en": "Ask"}, "ask"),
        (PageFactory, {"title_en": "News"}, "news"),
    ],
)
def test_an_address_of_the_portal_is_refused_and_never_made(factory, title, word):
    item = factory(**title, slug="")
    assert item.slug == f"{word}-2"
    item.slug = word
    with pytest.raises(ValidationError) as error:
        item.full_clean()
    assert list(error.value.message_dict) == ["slug"]


def test_a_former_address_leads_to_the_present_one(client):
    article = ArticleFactory(slug="old")
    article.slug = "new"
    article.save()
    response = client.get("/ru/news/old/")
    assert (response.status_code, response["Location"]) == (301, "/ru/news/new/")


def test_a_former_address_does_not_betray_a_draft(client):
    article = ArticleFactory(slug="old", published_at=None)
    article.slug = "new"
    article.save()
    assert client.get("/en/news/old/").status_code == 404
    article.published_at = PAST
    article.save()
    assert client.get("/en/news/old/").status_code == 301


def test_an_address_in_use_again_leads_nowhere_else(client):
    article = ArticleFactory(slug="old")
    article.slug = "new"
    article.save()
    other = ArticleFactory(slug="old")
    assert Article.objects.filter(slug="old").get() == other
    assert not FormerSlug.objects.exists()
