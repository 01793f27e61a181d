"""What the search finds. The same holds on both databases."""

import datetime
import re

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cami_portal.search import KIND_NAMES
from news.models import Article
from publishing.models import SearchEntry, SearchName, SearchWord
from publishing.search import engines, index, marks, results
from publishing.search.query import Query, matching, read
from publishing.search.words import slips_between, stems_in
from species.models import Species
from tests import factories as f

pytestmark = pytest.mark.django_db


def found(text, **facets):
    """The items, the best first."""
    return [item for _entry, item in results.items_of(results.find(text, facets).entries)]


def titles(text, **facets):
    return [str(item) for item in found(text, **facets)]


@pytest.fixture
def saiga():
    return f.SpeciesFactory(
        slug="saiga", name_en="Saiga antelope", name_ru="Сайгак", other_names_en="saiga", other_names_ru="сайга",
        scientific_name="Saiga tatarica",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("antelope", "antelopes"),
        ("Учёт сайгаков", "сайгак"),
        ("Учёт", "учет"),
        ("В Казахстане", "Казахстан"),
        ("дзеренов", "дзерен"),
        ("Élan", "elan"),
        ("сайга́к", "САЙГАК"),
        ("Przewalski’s horse", "przewalski's"),
        ("Przewalski’s horse", "przewalski"),
        ("CoP17", "COP 17"),
        ("snow-leopard", "snow leopard"),
        ("<p>Wild</p><p>camel</p>", "camel"),
        ("<p>a<strong>b</strong>c</p>", "abc"),
        ("steppes &amp; deserts", "desert"),
        ("conservation", "conserv"),  # the beginning of a last word
        ("migration of wild asses", "who has the migration"),
    ],
)
def test_a_word_is_found_in_any_of_its_forms(written, asked):
    article = f.ArticleFactory(body_en=f"<p>{written}</p>")
    f.ArticleFactory()
    assert found(asked) == [article]


def test_every_kind_that_is_searched_has_its_place_and_its_name():
    kinds = {index.kind_of(model) for model in index.searched_models()}
    assert set(results.KINDS) == set(KIND_NAMES) == kinds


@pytest.mark.parametrize("asked", ["saiga", "сайга", "Сайгаков", "saiga tatarica", "SAIGA ANTELOPES", "сайге"])
@pytest.mark.parametrize("written", ["saigas", "сайги", "стада сайгаков", "the genus Saiga tatarica"])
def test_any_name_finds_texts_with_any_other(saiga, asked, written):
    article = f.ArticleFactory(body_en=written)
    assert found(asked) == [saiga, article]


def test_so_it_does_where_there_are_too_many_names_to_be_kept(saiga, monkeypatch):
    monkeypatch.setattr("publishing.search.query.FEW_NAMES", 2)
    article = f.ArticleFactory(body_en="стада сайгаков")
    assert found("saiga tatarica") == [saiga, article]


def test_names_of_states_and_of_organisations_are_groups_too():
    country = f.CountryFactory(name_en="Iran (Islamic Republic of)", name_ru="Иран (Исламская Республика)")
    state = f.RangeStateFactory(country=country)
    union = f.OrganisationFactory(name_en="International Union", name_ru="Международный союз", acronym="IUX")
    in_russian, in_english = (
        f.ArticleFactory(body_ru="в Иране"),
        f.ArticleFactory(body_en="said the International Union"),
    )
    assert found("Iran") == [state, in_russian]
    assert found("международного союза") == [union, in_english]


def test_a_renamed_species_is_found_by_its_new_names_only(saiga):
    article = f.ArticleFactory(body_en="suhaks")
    saiga.other_names_en = "suhak"
    saiga.save()
    assert found("сайгак") == [saiga, article]
    saiga.other_names_en = ""
    saiga.save()
    assert found("сайгак") == [saiga]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("saigga", "saiga"),
        ("siaga", "saiga"),
        ("saia", "saiga"),
        ("saika", "saiga"),
        ("migratoin saiga", "migration saiga"),
        ("consrevatoin", "conservation"),
        ("сайгакк", "сайгак"),
    ],
)
def test_a_slip_is_mended_and_said(saiga, typed, meant):
    f.ArticleFactory(body_en="conservation and migration of the saiga")
    done = results.find(typed, {})
    assert (done.query.text, bool(done.entries)) == (meant, True)


@pytest.mark.parametrize("typed", ["sgi", "2017", "panda", "saiga 2017"])
def test_what_is_no_slip_is_left_alone(saiga, typed):
    f.ArticleFactory(body_en="2016 houses sga")
    assert results.find(typed, {}).query.text == typed


def test_all_words_must_be_there_in_quotation_marks_in_that_order():
    article = f.ArticleFactory(body_en="the wild camel of the Gobi", body_ru="")
    f.ArticleFactory(body_en="the camel")
    assert found("camel wild") == found("“wild camel”") == found("«wild camel» gobi") == [article]
    assert found('"camel wild"') == []


def test_titles_come_before_summaries_before_texts_and_then_the_newest():
    day = datetime.date(2016, 1, 1)
    in_text = f.ArticleFactory(body_en="kulan", date=day + datetime.timedelta(400))
    in_summary = f.ArticleFactory(summary_en="kulan", date=day + datetime.timedelta(300))
    old = f.ArticleFactory(title_en="On the kulan", date=day)
    new = f.ArticleFactory(title_en="On the kulan", date=day + datetime.timedelta(100))
    species = f.SpeciesFactory(name_en="Asiatic kulan", published_at=f.PAST)
    whole = f.EventFactory(title_en="Kulan")
    assert found("kulan") == [whole, species, new, old, in_summary, in_text]


@pytest.mark.parametrize("state", ["draft", "submitted", "expired", "withdrawn"])
def test_what_is_hidden_is_nowhere_in_the_index(state):
    article = f.ArticleFactory(title_en="Xerus", **f.states()[state])
    f.SpeciesFactory(name_en="Xerus", other_names_en="Ground squirrel", **f.states()[state])
    assert not SearchEntry.objects.exists()
    assert not SearchName.objects.exists()
    assert not SearchWord.objects.exists()
    article.publish()
    article.expires_at = article.submitted_at = None
    article.save()
    assert found("xerus") == [article]
    article.withdraw()
    article.save()
    assert found("xerus") == []


def test_what_is_scheduled_comes_and_what_expires_goes_by_itself(monkeypatch):
    now = timezone.now()
    hour = datetime.timedelta(hours=1)
    f.SpeciesFactory(
        name_en="Xerus", other_names_en="suslik", published_at=now + hour, expires_at=now + 2 * hour, summary_en="Tail"
    )
    f.ArticleFactory(title_en="Suslik")
    seen = []
    for at in (now, now + hour, now + 2 * hour):
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        names = [sorted(titles(text)) for text in ("xerus", "suslik", "tail")]
        seen.append((*names, results.find("xerrus", {}).query.text, results.find("taill", {}).query.text))
    nothing = [], ["Suslik"], [], "xerrus", "taill"
    assert seen == [nothing, (["Suslik", "Xerus"], ["Suslik", "Xerus"], ["Xerus"], "xerus", "tail"), nothing]


def test_words_begin_to_be_completed_only_when_they_are_seen():
    f.ArticleFactory(title_en="Secretive", published_at=f.states()["scheduled"]["published_at"])
    assert titles("secre") == []


def test_the_index_follows_relations(saiga):
    article, other = f.ArticleFactory(title_en="Count"), f.ArticleFactory(title_en="Count")
    state = f.RangeStateFactory(country=f.CountryFactory(code="ZZ"))
    article.species.add(saiga)
    saiga.articles.add(other)
    article.states.add(state)
    assert set(found("count", species=[saiga.pk])) == {article, other}
    assert found("count", species=[saiga.pk], state=["ZZ"]) == [article]
    article.species.clear()
    assert found("count", species=[saiga.pk]) == [other]
    saiga.articles.clear()
    assert found("count", species=[saiga.pk]) == []
    lives = f.RangeFactory(species=saiga, state=state)
    assert found("", kind=["species"], state=["ZZ"]) == [saiga]
    lives.delete()
    assert found("", kind=["species"], state=["ZZ"]) == []


def test_a_renamed_country_is_found_by_its_new_name():
    state = f.RangeStateFactory(country=f.CountryFactory(name_en="Ruritania"))
    state.country.name_en = "Elbonia"
    state.country.save()
    assert (found("elbonia"), found("ruritania")) == ([state], [])


def test_years_are_all_those_that_an_event_touches():
    event = f.EventFactory(title_en="Forum", start=datetime.date(2015, 12, 30), end=datetime.date(2016, 1, 2))
    assert [found("forum", year=[year]) for year in ("2014", "2015", "2016")] == [[], [event], [event]]


def test_each_choice_says_what_it_would_find(saiga):
    for day in ("2015-01-01", "2016-01-01", "2016-05-01"):
        f.ArticleFactory(body_en="saiga", date=day)
    done = results.find("saiga", {"year": ["2016"]})
    assert len(done.entries) == 2
    assert done.counts("year") == ({"2015": 1, "2016": 2}, True)
    assert done.counts("kind") == ({"article": 2}, True)


def test_fewer_words_are_offered_where_all_together_find_nothing(saiga):
    f.ArticleFactory(body_en="camel")
    fewer = results.find("saiga camel", {}).fewer
    assert [(one.word, one.text, one.number) for one in fewer] == [("saiga", "camel", 1), ("camel", "saiga", 1)]


def test_a_list_is_narrowed_by_the_same_words(saiga):
    article, other = f.ArticleFactory(body_en="saiga"), f.ArticleFactory(body_ru="сайгаки", kind="project")
    queryset = Article.objects.published()
    assert set(matching(queryset, read("сайга"))) == {article, other}
    assert list(matching(queryset.filter(kind="project"), read("siaga"))) == [other]
    assert list(matching(Species.objects.published(), read("сайга"))) == [saiga]
    assert not matching(queryset, read("!?"))


def test_of_too_many_the_newest_are_ranked_and_titles_and_species_whatever_their_age(monkeypatch, saiga):
    monkeypatch.setattr(results, "RANKED", 3)
    old = f.ArticleFactory(title_en="On the saiga", date="2001-01-01")
    for year in range(2002, 2012):
        f.ArticleFactory(body_en="saiga", date=f"{year}-01-01")
    new = f.ArticleFactory(body_en="saiga", date=timezone.localdate())
    done = results.find("saiga", {})
    assert done.are_more
    assert [item for _entry, item in results.items_of(done.entries)] == [saiga, old, new]


def test_of_too_many_of_one_year_the_newest_are_ranked(monkeypatch):
    monkeypatch.setattr(results, "RANKED", 3)
    articles = [f.ArticleFactory(body_en="saiga", date=f"2018-01-{day}") for day in range(10, 20)]
    assert found("saiga") == articles[-1:-4:-1]


def test_titles_are_ranked_whatever_their_age_among_what_filters_leave_too(monkeypatch):
    monkeypatch.setattr(results, "RANKED", 3)
    old = f.ArticleFactory(title_en="On the saiga", date="2001-01-01")
    for year in range(2002, 2012):
        f.ArticleFactory(body_en="saiga", date=f"{year}-01-01")
    f.EventFactory(title_en="Saiga", start=datetime.date(2001, 1, 1))
    assert found("saiga", kind=["article"])[0] == old


# PostgreSQL has an index for each of some spans of years.
EDGES = ["1999-12-31", "2016-12-31", "2017-01-01", "2020-12-31", "2021-01-01", "2024-12-31", "2025-01-01", "2028-12-31",
         "2029-01-01", "2090-01-01"]  # fmt: skip


def test_no_day_is_between_the_indexes(saiga):
    articles = [f.ArticleFactory(body_en="saiga", date=day) for day in EDGES]
    assert found("saiga") == [saiga, *reversed(articles)]
    assert set(matching(Article.objects.published(), read("saiga"))) == set(articles)
    assert engines.numbers([[[("saiga",)]], [[("xerus",)]], [[("kind:species",)]]], 100) == [11, 0, 1]
    assert engines.numbers([[[("saiga",)]]], 4) == [4]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one index, and does what it is told")
def test_an_index_is_asked_for_each_span_of_years(saiga):
    sql, params = engines.engine().fitting("id, day", [([[("saiga",)]], 5)], timezone.now(), sort=True)
    with connection.cursor() as cursor:
        cursor.execute(f"{engines.Postgres.BEFORE}EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    indexes = re.findall(rf"Index Scan on {engines.ENTRY}_tokens_(\w+)", plan)
    assert (indexes, plan.count("Seq Scan")) == (list(engines.Postgres.SPANS), 0)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one index")
def test_indexes_of_other_spans_are_removed(saiga):
    def names():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [engines.ENTRY])
            return {name for (name,) in cursor.fetchall()}

    before = names()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {engines.ENTRY}_tokens ON {engines.ENTRY} USING gin (tokens)")
    engines.prepare(using="default")
    assert names() == before


def test_reindexing_changes_nothing_and_mends_what_passed_by_the_models(saiga):
    article = f.ArticleFactory(title_en="Xerus")
    f.ArticleFactory(title_en="Suslik", published_at=None)
    f.CountryFactory(name_en="Elbonia")

    def index():
        rows = SearchEntry.objects.order_by("kind", "object_id").values_list("kind", "object_id", "title", "facets")
        names = SearchName.objects.order_by("kind", "object_id", "phrase").values_list("kind", "object_id", "phrase")
        return [*rows], [*names], [*SearchWord.objects.order_by("word").values_list("word", "stem")]

    before = index()
    call_command("reindex", verbosity=0)
    assert index() == before
    Article.objects.filter(pk=article.pk).update(published_at=None)
    assert found("xerus") == []  # whatever the index says
    call_command("reindex", verbosity=0)
    assert SearchEntry.objects.filter(kind="article").count() == 0
    assert not SearchWord.objects.filter(word="xerus").exists()


def test_a_change_that_fails_leaves_the_index_as_it_was():
    article = f.ArticleFactory(title_en="Xerus")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        article.title_en = "Suslik"
        article.save()
        raise ZeroDivisionError
    assert (titles("xerus"), titles("suslik")) == (["Xerus"], [])


@pytest.mark.parametrize(
    "text",
    ["", "!?", "'", '"', "“", "* OR NEAR(", "a' b\\ & | ! :*", "t:saiga", "standing", "kind:article", "—", "٣", "𝔖𝔞𝔦𝔤𝔞",
     "-".join(50 * "a"), "中文", "ﬁ²"],
)  # fmt: skip
def test_whatever_is_typed_is_only_words(text):
    f.ArticleFactory(title_en=f"A {text} b")
    assert len(found(text)) == (1 if stems_in(text) else 0)


def test_a_query_costs_the_same_however_much_is_found(saiga):
    counts = []
    for _ in range(2):
        f.ArticleFactory(body_en="saiga horse")
        with CaptureQueriesContext(connection) as queries:
            found("saiga", year=["2016"])
            found("sagia hosre")
        counts.append(len(queries))
        for _ in range(3):
            f.ArticleFactory(body_en="saiga horse")
    assert counts[0] == counts[1] <= 20


def test_the_table_of_the_index_may_be_made_anew(saiga):
    """As migrations of SQLite do; what the models cannot say comes back."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {engines.FTS}_on_insert")
    engines.prepare(using="default")
    assert found("saiga") == [saiga]
    assert titles("xerus") == []
    f.ArticleFactory(title_en="Xerus")
    assert titles("xerus") == ["Xerus"]


@pytest.mark.parametrize(
    ("word", "other", "slips"),
    [("saiga", "saiga", 0), ("saiga", "siaga", 1), ("saiga", "saga", 1), ("saiga", "saigas", 1), ("ab", "ba", 1),
     ("saiga", "siagas", 2), ("", "ab", 2)],
)  # fmt: skip
def test_slips_are_letters_and_neighbours_that_changed_places(word, other, slips):
    assert slips_between(word, other) == slips_between(other, word) == slips


def marked(text, query):
    return marks.Marker(Query(query)).marked(text)


@pytest.mark.parametrize(
    ("text", "query", "html"),
    [
        ("Saigas & <wild> camels", "saiga", "<mark>Saigas</mark> &amp; &lt;wild&gt; camels"),
        ("snow & leopard", '"snow leopard"', "<mark>snow &amp; leopard</mark>"),
        ("R&D amp", "amp", "R&amp;D <mark>amp</mark>"),
        ("the republic of Iran, a republic", '"republic of iran"', "the <mark>republic of Iran</mark>, a republic"),
        ("сайга́к и сайгаки", "сайгак", "<mark>сайга́к</mark> и <mark>сайгаки</mark>"),
        ("Przewalski’s", "przewalski", "<mark>Przewalski’s</mark>"),
        ("camel", "saiga", "camel"),
    ],
)
def test_what_was_looked_for_is_marked_and_the_rest_escaped(text, query, html):
    assert marked(text, query) == html
