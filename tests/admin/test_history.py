"""What was: who changed what, any two versions side by side, older ones in the form, removed items brought back."""

import io

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from reversion import get_registered_models
from reversion.models import Revision, Version

from contacts.models import Organisation
from events.models import Deadline, Document, Event
from news.models import Article
from publishing.comparison import Differ, blocks
from publishing.content import Content
from publishing.history import catch_up, keep
from publishing.models import ChangeNote, Picture, Tombstone
from species.models import Range, Species
from tests import factories as f
from tests.admin.conftest import fields_of

pytestmark = pytest.mark.django_db


def page_of(item, page, *args):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_{page}", args=[item.pk, *args])


def form_of(item):
    return page_of(item, "change")


def soup(response):
    return BeautifulSoup(response.content.decode(), "html.parser")


def words(element):
    return " ".join(element.get_text().split())


def history(client, item):
    """The rows of the history in words, newest first, without their links."""
    rows = soup(client.get(page_of(item, "history"))).select(".history tbody tr")
    for unsaid in [unsaid for row in rows for unsaid in row.select(".doors, .visually-hidden")]:
        unsaid.decompose()
    return [words(row.select("td")[-1]) for row in rows]


def versions(item):
    """The numbers of the revisions, oldest first."""
    return sorted(Version.objects.get_for_object(item).values_list("revision", flat=True))


def comparison(client, item, old=0, new=-1):
    """``{label: what differs}`` between two versions: ``-`` taken out, ``+`` put in."""
    numbers = versions(item)
    page = soup(client.get(page_of(item, "compare"), {"from": numbers[old], "to": numbers[new]}))
    for unsaid in page.select(".visually-hidden"):
        unsaid.decompose()
    for name, sign in (("del", "-"), ("ins", "+")):
        for element in page.select(name):
            element.string = f"[{sign}{element.get_text().strip()}]"
    return {words(row.th): words(row.td) for row in page.select(".comparison > tr")}


# --- history --------------------------------------------------------------------------------------------------------


def test_the_first_edit_of_what_was_loaded_is_compared_with_what_was_there(editing, submit):
    article = f.ArticleFactory(title_en="Saiga", kind="news")
    submit(editing, form_of(article), title_en="Saigas", kind="project", body_en="<p>Long ago.</p>" * 20)
    assert history(editing, article) == [
        "Changed Title (English): Saiga → Saigas Kind: news → project Text (English): text changed",
        "As it was found: loaded or changed outside the desk",
    ]


def test_a_history_says_who_and_names_nobody_for_what_others_did(editing, submit, editor):
    article = f.ArticleFactory(title_en="One")
    submit(editing, form_of(article), title_en="Two")
    Article.objects.update(title_en="Three")
    submit(editing, form_of(article), title_en="Four")
    found = Revision.objects.order_by("pk").values_list("comment", "user")
    assert list(found) == [("found", None), ("changed", editor.pk), ("found", None), ("changed", editor.pk)]
    assert history(editing, article)[0] == "Changed Title (English): Three → Four"
    assert "editor@example.org" in words(soup(editing.get(page_of(article, "history"))).select_one(".history tbody th"))


def test_a_history_says_relations_and_rows(editing, submit):
    species, state = f.RangeFactory(presence="resident").species, f.RangeStateFactory()
    row = {"ranges-1-state": state.pk, "ranges-1-presence": "resident", "ranges-1-source": f.SourceFactory().pk}
    values = {"ranges-0-presence": "extinct", "ranges-TOTAL_FORMS": 2, "group": "deer", **row}
    submit(editing, form_of(species), **values)
    kept = species.ranges.get(presence="extinct")
    assert history(editing, species)[0] == (
        f"Changed Group: antelopes and gazelles → deer Range: {kept.state}: extinct here (Presence) "
        f"Range, added: {state}: resident"
    )
    article, other = f.ArticleFactory(), f.SpeciesFactory(name_en="Kulan")
    submit(editing, form_of(article), species=[other.pk])
    submit(editing, form_of(article), species=[])
    keep(other)
    other.delete()
    assert history(editing, article)[:2] == [
        "Changed Species: “Kulan”, removed meanwhile",
        "Changed Species: “Kulan”, removed meanwhile",
    ]


def test_actions_on_many_stand_in_the_history_too(editing):
    articles = [f.ArticleFactory(published_at=None), f.ArticleFactory()]
    for action in ("publish", "withdraw"):
        data = {"action": action, "_selected_action": [article.pk for article in articles]}
        editing.post(reverse("admin:news_article_changelist"), data)
    told = [[text.split(" Withdrawn")[0].split(" Published")[0] for text in history(editing, one)] for one in articles]
    assert told == [
        ["Changed live → withdrawn", "Changed draft → live", "As it was found: loaded or changed outside the desk"],
        ["Changed live → withdrawn", "As it was found: loaded or changed outside the desk"],
    ]


def test_what_was_never_changed_says_so(editing):
    assert "Nothing has been changed at the desk yet." in words(soup(editing.get(page_of(f.PageFactory(), "history"))))


def test_a_long_history_has_pages_and_the_newest_on_each(editing, monkeypatch):
    monkeypatch.setattr("publishing.past.PER_PAGE", 2)
    article = f.ArticleFactory()
    for number in range(5):
        Article.objects.update(title_en=f"Title {number}")
        keep(article)
    second = soup(editing.get(page_of(article, "history"), {"p": 2}))
    shown = [int(radio["value"]) for radio in second.select("[name=from]")]
    assert shown == [versions(article)[place] for place in (4, 2, 1)]
    assert "before: Title 0 → after: Title 1" in words(second.select(".history tbody tr")[-1])
    answers = [editing.get(page_of(article, "history"), {"p": p}).status_code for p in ("4", "0", "x", "9" * 50)]
    assert answers == [404] * 4


def test_a_history_costs_the_same_whatever_it_holds(editing):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            editing.get(page_of(species, "history"))
        return len(captured)

    species = f.SpeciesFactory()
    for _round in range(2):
        f.RangeFactory(species=species)
        keep(species)
    queries()  # kinds of content are looked up once
    few = queries()
    for _round in range(4):
        f.RangeFactory(species=species)
        keep(species, note={"en": "One more."})
    assert queries() == few


def test_private_contacts_and_accounts_stand_in_no_revision():
    models = set(get_registered_models())
    assert {model for model in models if not issubclass(model, Content)} == set()
    assert {model._meta.model_name for model in models} >= {"article", "species", "range", "person", "assignment"}
    person = f.PrivateContactFactory(email="secret@example.org").person
    keep(person)
    assert not Version.objects.filter(serialized_data__contains="secret@example.org").exists()


# --- comparison -----------------------------------------------------------------------------------------------------


def test_a_comparison_shows_only_what_differs_word_by_word(editing):
    country = f.CountryFactory(name_en="Mongolia")
    event = f.EventFactory(summary_en="Held in the old town hall.", country=None)
    catch_up(event)
    Event.objects.update(summary_en="Held in the new town hall.", country=country, invitation_only=True, kind="visit")
    keep(event)
    assert comparison(editing, event) == {
        "Kind": "[-workshop] → [+visit]",
        "Country": "— → [+Mongolia]",
        "By invitation only": "— → [+Yes]",
        "Summary (English)": "Held in the[-old][+new] town hall.",
    }


def test_rich_text_is_compared_as_text_and_never_as_markup(editing):
    article = f.ArticleFactory(body_en="<h2>Range</h2><p>The herd &lt;b&gt; moves.</p><ul><li>One</li></ul>")
    catch_up(article)
    text = "<h2>Range</h2><p>The herd &lt;script&gt; moves.</p><ul><li>One</li><li>Two</li></ul>"
    Article.objects.update(body_en=text)
    keep(article)
    Article.objects.update(body_en=text.replace("The herd", "<strong>The herd</strong>"))
    keep(article)
    told = comparison(editing, article, 0, 1)["Text (English)"]
    assert told == "Heading: Range The herd[-<b>][+<script>] moves. • One [+• Two]"
    page = editing.get(page_of(article, "compare"), {"from": versions(article)[0], "to": versions(article)[1]})
    assert "<script>" not in page.content.decode().split('id="content"')[1].split("</main>")[0]
    assert comparison(editing, article, 1, 2) == {
        "Text (English)": "Only the formatting changed: the words are the same."
    }


def test_rows_that_came_left_or_changed_are_told_apart(editing):
    species = f.SpeciesFactory()
    states = [f.RangeStateFactory() for _row in range(3)]
    for state in states[:2]:
        f.RangeFactory(species=species, state=state)
    catch_up(species)
    Range.objects.filter(state=states[0]).delete()
    Range.objects.update(presence="vagrant", note_en="Rarely")
    f.RangeFactory(species=species, state=states[2], source=Range.objects.get().source)
    keep(species)
    page = soup(editing.get(page_of(species, "compare"), dict(zip(("from", "to"), versions(species), strict=True))))
    rows = [(words(row.th), words(row.td.p)) for row in page.select(".comparison > tr")]
    assert rows == [
        ("Range removed", f"{states[0]}: resident"),
        ("Range changed", f"{states[1]}: vagrant"),
        ("Range added", f"{states[2]}: resident"),
    ]


@pytest.mark.parametrize(
    "query", ["", "from=1", "from=x&to=1", "from=1&to=-1", "from=1&to=%00", f"from=1&to={2**70}", "from=1&to=١"]
)
def test_a_comparison_of_what_is_no_version_is_refused(editing, query):
    article = f.ArticleFactory()
    keep(article)
    assert editing.get(f"{page_of(article, 'compare')}?{query}").status_code == 400


def test_the_version_of_another_item_is_not_found(editing):
    article, other = f.ArticleFactory(), f.PageFactory()
    keep(article)
    keep(other)
    (own,), (foreign,) = versions(article), versions(other)
    compare = page_of(article, "compare")
    answers = [editing.get(compare, {"from": own, "to": to}).status_code for to in (own, foreign, 999999999)]
    assert answers == [200, 404, 404]
    assert editing.get(page_of(article, "restore", foreign)).status_code == 404


def test_a_small_change_is_found_in_a_very_long_text_and_the_effort_is_bounded():
    long = [f"Paragraph {number} of a report. " + "word " * 30 for number in range(1000)]
    shown = Differ().paragraphs("\n".join(long), "\n".join(["New.", *long[:500], "Changed.", *long[501:]]))
    assert [piece for one in shown for piece in one.pieces if piece[0] != "same"] == [
        ("added", "New."),
        ("removed", long[500].strip()),
        ("added", "Changed."),
    ]
    differ = Differ()
    differ.effort = 100
    shown = differ.paragraphs("a b c d e f g h\n" * 30, "h g f e d c b a\n" * 30)
    assert differ.effort > -100_000
    assert {piece[0] for one in shown for piece in one.pieces} == {"removed", "added"}


def test_tables_links_and_quotations_stand_in_lines_that_say_what_they_are():
    assert blocks(
        "<blockquote><p>Said</p></blockquote><table><tbody><tr><td><p>A</p></td><td>B</td></tr></tbody></table>"
        '<ul><li><p>See <a href="https://cms.int">CMS</a></p></li></ul><p>x<br>y</p>'
    ) == ["Quotation: Said", "A | B", "• See CMS (https://cms.int)", "x y"]


# --- older versions -------------------------------------------------------------------------------------------------


def test_an_older_version_fills_the_form_and_is_stored_only_when_saved(editing, submit):
    species = f.SpeciesFactory(name_en="Kulan", group="equids", body_en="<p>Old.</p>")
    first, second = f.RangeFactory(species=species, note_en="First"), f.RangeFactory(species=species, note_en="Second")
    catch_up(species)
    third = f.RangeFactory(species=species, note_en="Third")
    second.delete()
    Range.objects.filter(pk=first.pk).update(note_en="Changed")
    Species.objects.update(name_en="Onager", group="cats", body_en="<p>New.</p>")
    keep(species)
    page = editing.get(page_of(species, "restore", versions(species)[0]))
    species.refresh_from_db()
    assert (species.name_en, Range.objects.count(), len(versions(species))) == ("Onager", 2, 2)
    action = soup(page).select_one("#species_form")["action"]
    assert editing.post(action, fields_of(page)).status_code == 302
    species.refresh_from_db()
    assert (species.name_en, species.group, species.body_en) == ("Kulan", "equids", "<p>Old.</p>")
    assert list(Range.objects.order_by("pk").values_list("note_en", "presence", "state")) == [
        ("First", "resident", first.state_id),
        ("Second", "resident", second.state_id),
    ]
    assert not Range.objects.filter(pk=third.pk).exists()
    told = history(editing, species)
    assert len(told) == 3
    assert told[0].startswith("The version of ")


def test_an_older_version_neither_publishes_nor_withdraws_nor_moves(editing):
    article = f.ArticleFactory(title_en="Draft", slug="first", published_at=None)
    catch_up(article)
    Article.objects.update(title_en="Live", slug="second", published_at=f.PAST)
    keep(article)
    page = editing.get(page_of(article, "restore", versions(article)[0]))
    editing.post(soup(page).select_one("#article_form")["action"], fields_of(page))
    after = Article.objects.get()
    assert (after.title_en, after.slug, after.uuid, after.state) == ("Draft", "second", article.uuid, "live")


def test_an_older_version_is_refused_when_somebody_saved_meanwhile(editing, submit):
    article = f.ArticleFactory(title_en="One")
    catch_up(article)
    Article.objects.update(title_en="Two")
    keep(article)
    page = editing.get(page_of(article, "restore", versions(article)[0]))
    submit(editing, form_of(article), title_en="Three")
    answer = editing.post(soup(page).select_one("#article_form")["action"], fields_of(page))
    assert "after you opened the form" in words(soup(answer))
    assert Article.objects.get().title_en == "Three"


def test_an_older_version_says_what_cannot_be_taken_from_it(editing):
    picture = Picture.objects.create(file=ContentFile(b"x", "x.png"), alt_en="A steppe")
    article = f.ArticleFactory(picture=picture)
    species = f.SpeciesFactory(name_en="Kulan")
    article.species.add(species)
    catch_up(article)
    Article.objects.update(picture=None)
    keep(picture)
    picture.delete()
    keep(species)
    species.delete()
    keep(article)
    page = editing.get(page_of(article, "restore", versions(article)[0]))
    assert [words(item) for item in soup(page).select(".older > ul li")] == [
        "Picture: “A steppe”, removed meanwhile",
        "Species: “Kulan”, removed meanwhile",
    ]
    assert editing.post(soup(page).select_one("#article_form")["action"], fields_of(page)).status_code == 302


def test_a_version_older_than_a_migration_opens_and_compares(editing):
    article = f.ArticleFactory()
    keep(article)
    version = Version.objects.get(content_type__model="article")
    old = version.serialized_data
    for now, then in [('"kind": "news"', '"gone": 7'), ('"link": "", ', ""), ('"2016-11-14"', '"no date"')]:
        old = old.replace(now, then)
    Version.objects.filter(pk=version.pk).update(serialized_data=old)
    keep(article)
    answers = [editing.get(page_of(article, "restore", versions(article)[0])), editing.get(page_of(article, "history"))]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert comparison(editing, article) == {"Date": "[-no date] → [+14 November 2016]"}


@pytest.mark.parametrize(
    ("names", "own", "status"),
    [
        (["Translator"], False, 403),
        (["Author"], False, 403),
        (["Author", "Translator"], False, 403),
        (["Author"], True, 200),
    ],
)
def test_only_who_may_write_an_item_restores_it(client, account, names, own, status):
    user = account(*names)
    client.force_login(user)
    article = f.ArticleFactory(published_at=None, author=user if own else None)
    keep(article)
    assert client.get(page_of(article, "restore", versions(article)[0])).status_code == status
    assert "Restore this version" not in words(soup(client.get(page_of(article, "history")))) or own
    assert client.post(page_of(article, "restore", versions(article)[0]), {"title_en": "Forged"}).status_code == 405
    assert Article.objects.get().title_en == article.title_en


# --- the bin --------------------------------------------------------------------------------------------------------


def remove(client, item):
    assert client.post(page_of(item, "delete"), {"post": "yes"}).status_code == 302


def removed(client, model):
    """The rows of the bin in words, and the addresses behind them."""
    page = soup(client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_bin")))
    rows = page.select(".removed tbody tr")
    return [words(row) for row in rows], [row.a["href"] for row in rows]


def bring_back(client, model):
    """Bring back what was removed last; what is said then."""
    answer = client.post(removed(client, model)[1][0], follow=True)
    return words(soup(answer).select_one(".messagelist"))


def test_a_removed_item_comes_back_whole_as_a_draft(editing):
    event = f.EventFactory(title_en="Workshop", kind="deadline", end=None)
    species = f.SpeciesFactory()
    event.species.add(species)
    Deadline.objects.create(event=event, rule_en="In time")
    remove(editing, event)
    assert Tombstone.objects.count() == 1
    (told,), (address,) = removed(editing, Event)
    assert told.startswith("Workshop ")
    assert told.endswith("editor@example.org")
    held = soup(editing.get(address))
    assert "In time" in words(held.select_one(".comparison"))
    assert held.select("ins, del") == []
    editing.post(address)
    back = Event.objects.get()
    assert (back.pk, back.uuid, back.slug, back.state) == (event.pk, event.uuid, event.slug, "draft")
    assert (back.title_en, back.deadline.rule_en, list(back.species.all())) == ("Workshop", "In time", [species])
    assert abs(back.created - event.created).total_seconds() < 0.001
    assert Tombstone.objects.count() == 0
    assert removed(editing, Event) == ([], [])
    assert history(editing, back)[:2] == [
        "Brought back from the removed items live → draft Published from: 1 January 2020, 01:00 → —",
        "Removed Saved without a change.",
    ]
    assert editing.post(address).status_code == 404


def test_an_address_taken_meanwhile_is_replaced_and_said(editing):
    article = f.ArticleFactory(slug="saiga")
    remove(editing, article)
    f.ArticleFactory(slug="saiga")
    assert "The address was taken meanwhile; it is “saiga-2” now." in bring_back(editing, Article)
    assert Article.objects.get(pk=article.pk).slug == "saiga-2"


def test_what_an_item_referred_to_and_lost_is_said(editing):
    picture = Picture.objects.create(file=ContentFile(b"x", "x.png"))
    article, species = f.ArticleFactory(picture=picture), f.RangeFactory().species
    article.species.add(species)
    state = species.ranges.get().state
    remove(editing, article)
    remove(editing, species)
    picture.delete()
    state.delete()
    said = [bring_back(editing, model) for model in (Article, Species)]
    assert "“Picture” is empty: what stood there has been removed too." in said[0]
    assert "“Species” lacks what has been removed too." in said[0]
    assert "was left out: What it needs as “Range State” has been removed too." in said[1]
    assert (Article.objects.get().picture, Range.objects.count()) == (None, 0)


@pytest.mark.parametrize("field", ["scientific_name", "uuid"])
def test_what_another_item_has_taken_is_said_and_nothing_comes_back(editing, field):
    species = f.SpeciesFactory(name_en="Kulan")
    remove(editing, species)
    f.SpeciesFactory(**{field: getattr(species, field)})
    assert "“Kulan” cannot be brought back." in bring_back(editing, Species)
    assert Species.objects.count() == 1


def test_a_picture_whose_file_is_gone_does_not_come_back(editing):
    picture = Picture.objects.create(file=ContentFile(b"x", "x.png"), alt_en="A steppe")
    remove(editing, picture)
    picture.file.storage.delete(picture.file.name)
    assert "“A steppe” cannot be brought back." in bring_back(editing, Picture)
    assert not Picture.objects.exists()


def test_files_come_back_with_their_rows(editing, client, django_capture_on_commit_callbacks):
    event = f.EventFactory()
    document = Document.objects.create(event=event, file=ContentFile(b"%PDF-1.7", "x.pdf"), title_en="Report")
    for item, model in ((Picture.objects.create(file=drawn(), alt_en="A steppe"), Picture), (event, Event)):
        name = (item.file if model is Picture else document.file).name
        with django_capture_on_commit_callbacks(execute=True):
            remove(editing, item)
        assert not default_storage.exists(name)
        with django_capture_on_commit_callbacks(execute=True):
            bring_back(editing, model)
        assert default_storage.exists(name)
    picture = Picture.objects.get()
    assert Document.objects.get().file.name == document.file.name
    assert all(default_storage.exists(variant) for variant in picture.variant_names)
    assert picture.variant_names


def drawn():
    stored = io.BytesIO()
    Image.new("RGB", (800, 600), "olive").save(stored, "JPEG")
    return ContentFile(stored.getvalue(), "x.jpg")


def test_a_list_leads_editors_to_what_was_removed(editing, client, account):
    organisation = f.OrganisationFactory(name_en="An NGO")
    remove(editing, organisation)
    lists = reverse("admin:contacts_organisation_changelist")
    assert [link["href"] for link in soup(editing.get(lists)).select(".object-tools a")][-1].endswith("/bin/")
    address = removed(editing, Organisation)[1][0]
    client.force_login(account("Author", "Translator"))
    assert "Removed items" not in client.get(lists).content.decode()
    assert client.post(address).status_code == 403
    assert not Organisation.objects.exists()


# --- notes for readers ----------------------------------------------------------------------------------------------


def test_a_note_is_stored_only_when_written_and_never_filled_in(editing, submit):
    article = f.ArticleFactory()
    submit(editing, form_of(article), title_en="One", change_note_en=" \u00ad ")
    assert not ChangeNote.objects.exists()
    notes = {"change_note_en": "List \u00adcorrected.", "change_note_ru": "Исправлено."}
    submit(editing, form_of(article), title_en="Two", **notes)
    note = ChangeNote.objects.get()
    assert (note.text_en, note.text_ru, note.item) == ("List corrected.", "Исправлено.", article)
    assert history(editing, article)[0].endswith("For readers: List corrected.")
    opened = fields_of(editing.get(form_of(article)))
    assert (opened["change_note_en"], opened["change_note_ru"]) == ("", "")
    too_long = submit(editing, form_of(article), title_en="Three", change_note_en="x" * 301)
    assert (too_long.redirect_chain, Article.objects.get().title_en) == ([], "Two")


def test_a_translator_writes_the_russian_note_only(client, account, submit):
    client.force_login(account("Translator"))
    article = f.ArticleFactory()
    submit(client, form_of(article), title_ru="Новое", change_note_en="Forged", change_note_ru="Исправлено.")
    assert list(ChangeNote.objects.values_list("text_en", "text_ru")) == [("", "Исправлено.")]


def test_notes_are_public_as_long_as_their_item_is_live():
    for fields in f.states().values():
        keep(f.ArticleFactory(title_en="", **fields), note={"en": "Corrected."})
    gone = f.EventFactory()
    keep(gone, note={"en": "Corrected."})
    gone.delete()
    assert [note.item.state for note in ChangeNote.objects.published()] == ["live"]
    assert ChangeNote.objects.count() == 7


def test_a_wrong_note_is_corrected_or_removed(editing, submit):
    article = f.ArticleFactory()
    keep(article, note={"en": "Wrogn", "ru": ""})
    note = ChangeNote.objects.get()
    submit(editing, form_of(note), text_en="Wrong")
    assert ChangeNote.objects.get().text_en == "Wrong"
    remove(editing, note)
    assert (ChangeNote.objects.count(), len(versions(article))) == (0, 1)
