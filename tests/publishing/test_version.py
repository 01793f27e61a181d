import pytest

from publishing.models import ContentVersion, FormerSlug, SearchEntry, Tombstone
from publishing.search.query import Query, matching
from publishing.search.words import comparable
from tests.factories import ArticleFactory, CountryFactory, PrivateContactFactory, SpeciesFactory, states

pytestmark = pytest.mark.django_db


def number():
    return ContentVersion.objects.get().number


def test_every_change_of_content_moves_the_version():
    article, species = ArticleFactory(), SpeciesFactory()
    seen = [number()]
    for change in (
        article.save,
        CountryFactory,
        lambda: article.species.add(species),
        lambda: article.species.remove(species),
        lambda: type(article).objects.all().delete(),
        species.delete,
    ):
        change()
        seen.append(number())
    assert seen == sorted(set(seen))


def test_nginx_learns_of_a_change_once_it_is_committed(settings, tmp_path, django_capture_on_commit_callbacks):
    file = tmp_path / "edition"
    settings.EDITION_FILE = str(file)
    seen = []
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            before = file.exists() and file.stat().st_mtime
            CountryFactory()
            assert (file.exists() and file.stat().st_mtime) == before
        seen.append(file.stat().st_mtime)
    assert (len(set(seen)), file.read_bytes()) == (3, b"")


def test_what_visitors_never_see_does_not_move_it(django_user_model):
    contact = PrivateContactFactory()
    before = number()
    contact.save()
    django_user_model.objects.create_user("editor")
    assert number() == before


def test_the_index_follows_a_text_and_forgets_a_deleted_item():
    article = ArticleFactory(title_en="Wild camel", body_ru="<p>Хавтагай<br>и сайгак</p>")
    assert list(matching(type(article).objects.all(), Query("хавтагай CAMEL"))) == [article]
    article.title_en = "Kulan"
    article.save()
    assert not matching(type(article).objects.all(), Query("camel"))
    article.delete()
    assert not SearchEntry.objects.exists()


@pytest.mark.parametrize(("asked", "stored"), [("ЁЖ", "еж"), ("Élan", "elan"), ("й", "й"), ("a &amp; b", "a & b")])
def test_case_accents_and_the_two_letters_e_do_not_matter(asked, stored):
    assert comparable(asked) == stored


def test_only_what_was_public_leaves_a_tombstone():
    for fields in states().values():
        ArticleFactory(**fields, title_en="Gone").delete()
    assert list(Tombstone.objects.values_list("title", flat=True)) == ["Gone"] * 3


def test_a_deleted_item_leaves_no_former_address():
    article = ArticleFactory(slug="old")
    article.slug = "new"
    article.save()
    article.delete()
    assert not FormerSlug.objects.exists()
