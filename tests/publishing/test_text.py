import pytest

from publishing.text import clean_html, clean_text
from tests.factories import ArticleFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("pro\u00adfile\x0b", "profile"),
        ("a\u202eb\ufffe", "ab"),
        ("и\u0306", "й"),
        ("line\nline\ttab", "line\nline\ttab"),
        (None, ""),
        ("\ud800", ""),
    ],
)
def test_unprintable_characters_are_dropped(pasted, stored):
    assert clean_text(pasted) == stored


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ('<p onclick="x()">Hi<script>alert(1)</script></p>', "<p>Hi</p>"),
        ('<p><a href="java\tscript:alert(1)">x</a></p>', "<p>x</p>"),
        ('<p><a href="https://www.cms.int">x</a></p>', '<p><a href="https://www.cms.int" rel="noopener">x</a></p>'),
        ('<p><a href="www.cms.int/cami">x</a></p>', '<p><a href="https://www.cms.int/cami" rel="noopener">x</a></p>'),
        ('<p><a href="/en/about/">x</a></p>', '<p><a href="/en/about/" rel="noopener">x</a></p>'),
        ('<p style="color:red" class="x">x</p>', "<p>x</p>"),
        ('<p><img src="http://tracker.example/x.gif">x</p>', "<p>x</p>"),
        ("<p></p>", ""),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>", ""),
    ],
)
def test_rich_text_keeps_only_what_the_editor_offers(pasted, stored):
    assert clean_html(pasted) == stored


def test_text_is_cleaned_whichever_way_it_is_stored():
    article = ArticleFactory(title_en="One\x0b", body_en="<p>One<script>1</script></p>")
    model = type(article)
    article.refresh_from_db()
    assert (article.title_en, article.body_en) == ("One", "<p>One</p>")
    model.objects.update(title_en="Two\x1f", body_en="<p onclick='x'>Two</p>")
    article.refresh_from_db()
    assert (article.title_en, article.body_en) == ("Two", "<p>Two</p>")
    article.title_en = article.body_en = "Three<script>1</script>\x00"
    model.objects.bulk_update([article], ["title_en", "body_en"])
    article.refresh_from_db()
    assert article.body_en == "Three"


def test_a_missing_translation_is_stored_as_empty_text():
    article = ArticleFactory(title_ru=None)
    assert type(article).objects.filter(title_ru="").exists()
