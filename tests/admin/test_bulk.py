"""Import and export: what goes out comes back, what is wrong is said in words, only who may publish imports."""
# ruff: noqa: E501 - tables of what is refused and why read best a line each

import csv
import datetime
import io
import zipfile

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.urls import reverse
from reversion.models import Version

from contacts.models import Assignment, Person
from events.models import Event
from news.models import Article
from publishing import sheets, workbooks
from publishing.models import ContentVersion, FormerSlug, SearchEntry, Upload
from species.models import Range, Species
from tests import factories as f

pytestmark = pytest.mark.django_db

LISTS = {
    "species": "species_species",
    "range": "species_species",
    "organisation": "contacts_organisation",
    "person": "contacts_person",
    "role": "contacts_role",
    "assignment": "contacts_role",
    "event": "events_event",
    "article": "news_article",
}
FORMS = [sheets.CSV, sheets.CSV_SEMICOLON, sheets.XLSX]


def door(table, page):
    return reverse(f"admin:{LISTS[table]}_{page}")


def export(client, table, form=sheets.CSV, query=""):
    answer = client.post(f"{door(table, 'export')}{query}", {"table": table, "form": form})
    return b"".join(answer.streaming_content)


def exported_rows(client, table, query=""):
    return list(csv.DictReader(io.StringIO(export(client, table, query=query).decode("utf-8-sig"))))


def upload(client, table, content, name="table.csv"):
    if isinstance(content, str):
        content = content.encode()
    file = io.BytesIO(content)
    file.name = name
    return client.post(door(table, "import"), {"table": table, "file": file})


def counts(answer):
    return [number for kind, label, number in answer.context["outcome"].counts]


def refusals(answer):
    return [(row.number, name, words) for row in answer.context["outcome"].refused for name, words in row.errors]


def words_of(answer):
    """The reasons why a file is refused as a whole."""
    outcome = answer.context["outcome"]
    return [*answer.context["form"].errors.get("file", []), *(outcome.faults if outcome else [])]


def confirm(client, table, answer):
    return client.post(door(table, "import"), {"upload": answer.context["upload"].token}, follow=True)


def store(client, table, content):
    return confirm(client, table, upload(client, table, content))


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# --- there and back -----------------------------------------------------------------------------------------------


def test_what_was_exported_changes_nothing_when_it_comes_back(editing):
    call_command("seed", verbosity=0)
    found = {}
    for table in LISTS:
        for form in FORMS:
            found[table, form] = counts(upload(editing, table, export(editing, table, form)))
    numbers = {table: found[table, sheets.CSV][2] for table in LISTS}
    assert found == {(table, form): [0, 0, numbers[table], 0] for table in LISTS for form in FORMS}
    assert min(numbers.values()) > 5


def test_an_export_makes_the_same_items_in_an_empty_table(editing):
    article = f.ArticleFactory(
        title_en="=1+1", title_ru="Сайгак, «степь»; да", body_en="<p>A\nB</p>", date=datetime.date(1899, 5, 1)
    )
    article.species.set([f.SpeciesFactory(slug="saiga"), f.SpeciesFactory(slug="argali")])
    article.states.set([f.RangeStateFactory(country=f.CountryFactory(code="KZ"))])
    article.organisation_parts.create(part="donor", organisation=f.OrganisationFactory(slug="giz"))
    before = exported_rows(editing, "article")
    for form in FORMS:
        file = export(editing, "article", form)
        Article.objects.all().delete()
        store(editing, "article", file)
        assert exported_rows(editing, "article") == before
    assert (before[0]["title_en"], before[0]["species"]) == ("'=1+1", "argali saiga")
    assert (before[0]["organisations"], before[0]["states"]) == ("donor:giz", "KZ")
    assert Article.objects.get().title_en == "=1+1"


def test_an_export_has_what_the_list_shows_with_its_filters_on_all_its_pages(editing):
    f.ArticleFactory.create_batch(3, kind="project")
    draft = f.ArticleFactory(kind="news", published_at=None)
    assert [row["slug"] for row in exported_rows(editing, "article", "?kind__exact=news&p=2")] == [draft.slug]
    assert editing.get(f"{door('article', 'export')}?kind__exact=news").context["number"] == 1
    assert editing.get(f"{door('article', 'export')}?date__year=x").status_code == 400


def test_ranges_go_out_with_the_species_that_the_list_shows(editing):
    cat = f.RangeFactory(species__group="cats")
    f.RangeFactory()
    assert [row["species"] for row in exported_rows(editing, "range", "?group__exact=cats")] == [cat.species.slug]


def test_no_formula_goes_out(editing):
    risky = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "＝1"]
    for title in risky:
        f.ArticleFactory(title_en=title)
    assert {row["title_en"] for row in exported_rows(editing, "article")} == {f"'{title}" for title in risky}
    sheet = openpyxl.load_workbook(io.BytesIO(export(editing, "article", sheets.XLSX))).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "d"}
    assert [cell.value for cell in cells if cell.data_type == "s" and cell.value[0] in "=+-@"] == []


def test_a_csv_opens_right_in_a_russian_excel_and_an_xlsx_has_numbers_and_dates(editing):
    f.RangeFactory(species__name_ru="Кулан", note_ru="Степь", year=2014)
    f.ArticleFactory(date=datetime.date(2026, 8, 31))
    file = export(editing, "range", sheets.CSV_SEMICOLON)
    assert file.startswith(b"\xef\xbb\xbfspecies;state;presence;source;year;verified;note_en;note_ru\r\n")
    assert "Степь" in file.decode()
    head, row = openpyxl.load_workbook(io.BytesIO(export(editing, "range", sheets.XLSX))).active.iter_rows(
        values_only=True
    )
    assert dict(zip(head, row, strict=True))["year"] == 2014
    head, row = openpyxl.load_workbook(io.BytesIO(export(editing, "article", sheets.XLSX))).active.iter_rows(
        values_only=True
    )
    assert dict(zip(head, row, strict=True))["date"] == datetime.datetime(2026, 8, 31)


def test_a_text_too_long_for_excel_is_said_and_goes_into_a_csv(editing):
    article = f.ArticleFactory(body_en=f"<p>{'a' * 32_767}</p>")
    answer = editing.post(door("article", "export"), {"table": "article", "form": sheets.XLSX})
    assert answer.status_code == 400
    assert article.slug in answer.context["form"].errors["form"][0]
    assert counts(upload(editing, "article", export(editing, "article"))) == [0, 0, 1, 0]


def test_no_private_address_goes_out(editing):
    person = f.PersonFactory(organisation=f.OrganisationFactory())
    f.PrivateContactFactory(person=person, email="private@example.org", phone="+7 111", address="Secret street")
    f.AssignmentFactory(person=person, email="desk@example.org", phone="+7 222")
    f.FocalPointFactory(person=person)
    for table in LISTS:
        text = export(editing, table).decode()
        assert [one for one in ("private@example.org", "desk@", "+7", "Secret") if one in text] == []


# --- what an import does ------------------------------------------------------------------------------------------


def test_nothing_is_stored_before_it_is_confirmed_and_everything_is_recorded(editing, editor):
    changed, same = f.ArticleFactory(title_en="Old", author=None), f.ArticleFactory()
    version = ContentVersion.objects.get().number
    answer = upload(
        editing, "article",
        f"slug,title_en,date\n{changed.slug},New title,2016-11-14\n{same.slug},{same.title_en},2016-11-14\n"
        ",Made by an import,31.08.2026\n",
    )  # fmt: skip
    assert counts(answer) == [1, 1, 1, 0]
    assert Article.objects.count() == 2
    assert ContentVersion.objects.get().number == version
    page = BeautifulSoup(answer.content, "html.parser").select_one(".changes").get_text(" ", strip=True)
    assert "title_en Old New title" in page
    assert "Store 2 rows" in answer.content.decode()

    assert "2 rows were stored: 1 new, 1 changed." in confirm(editing, "article", answer).content.decode()
    changed.refresh_from_db()
    new = Article.objects.get(slug="made-by-an-import")
    assert (changed.title_en, changed.state, changed.author) == ("New title", "live", None)
    assert (new.state, new.author, new.date) == ("draft", editor, datetime.date(2026, 8, 31))
    assert "new titl" in SearchEntry.objects.get(kind="article", object_id=changed.pk).title
    assert ContentVersion.objects.get().number > version
    assert [(entry.object_id, entry.action_flag) for entry in LogEntry.objects.order_by("pk")] == [
        (str(changed.pk), 2),
        (str(new.pk), 1),
    ]
    assert Upload.objects.count() == 0


def test_an_import_stands_in_the_history_with_what_was_before(editing, editor):
    article = f.ArticleFactory(slug="saiga", title_en="Before")
    store(editing, "article", "slug,title_en\nsaiga,After\n")
    kept = [
        (version.field_dict["title_en"], version.revision.comment, version.revision.user)
        for version in Version.objects.get_for_object(article).order_by("pk")
    ]
    assert kept == [("Before", "found", None), ("After", "imported", editor)]


def test_missing_columns_leave_their_fields_and_empty_cells_empty_theirs(editing):
    article = f.ArticleFactory(summary_en="Kept", summary_ru="Вон", link="https://example.org/")
    article.species.set([f.SpeciesFactory()])
    store(editing, "article", f"slug,summary_ru,species\n{article.slug},,\n")
    article.refresh_from_db()
    assert (article.summary_en, article.summary_ru, article.link) == ("Kept", "", "https://example.org/")
    assert article.species.count() == 0


def test_it_is_all_rows_or_none(editing):
    answer = upload(editing, "article", "slug,title_en,date\ngood,Good,2026-01-01\nbad,Bad,2026-02-30\n")
    assert (answer.status_code, counts(answer), answer.context["upload"]) == (400, [1, 0, 0, 1], None)
    assert Article.objects.count() == 0


def test_the_file_says_from_when_a_new_item_is_live_in_the_time_of_bonn(editing):
    store(editing, "article", "slug,title_en,summary_en,date,published_at\na,A,In short.,2026-01-01,2026-07-01 14:30\n")
    assert Article.objects.get().published_at == datetime.datetime(2026, 7, 1, 12, 30, tzinfo=datetime.UTC)


def test_ranges_are_exchanged_with_source_and_year(editing):
    known, source = f.RangeFactory(year=None, presence="uncertain"), f.SourceFactory(slug="report")
    state = f.RangeStateFactory(country__code="ZZ")
    species = known.species.slug
    store(
        editing, "range",
        "species;state;presence;source;year;verified\n"
        f"{species};{known.state.country.code};resident;report;2015;да\n{species};ZZ;vagrant;report;;\n",
    )  # fmt: skip
    assert [(one.state, one.presence, one.source, one.year, one.verified) for one in Range.objects.order_by("pk")] == [
        (known.state, "resident", source, 2015, True),
        (state, "vagrant", source, None, False),
    ]
    assert {entry.object_id for entry in LogEntry.objects.all()} == {str(known.species.pk)}


def test_roles_are_exchanged_with_those_who_held_them(editing):
    role, person = f.RoleFactory(slug="officer"), f.PersonFactory(slug="doe-jane")
    store(editing, "assignment", "role,number,person,start,start_precision\nofficer,1,doe-jane,2016-08-22,month\n")
    one = Assignment.objects.get()
    assert (one.role, one.person, one.start) == (role, person, datetime.date(2016, 8, 1))
    again = upload(editing, "assignment", "role,number,start,start_precision\nofficer,1,2016-08-22,month\n")
    assert counts(again) == [0, 0, 1, 0]


def test_a_person_gets_a_key_from_the_name(editing):
    store(editing, "person", "slug,family_name_en,given_name_en\n,Протас,Елизавета\n")
    assert Person.objects.get().slug == "protas-elizaveta"


def test_a_title_that_is_there_already_and_a_former_address_are_no_new_items(editing):
    article = f.ArticleFactory(title_en="A herd")
    article.slug = "the-herd"
    article.save()
    assert FormerSlug.objects.count() == 1
    f.ArticleFactory(title_en="Wolves")
    answer = upload(editing, "article", "slug,title_en,date\na-herd,A herd,2026-01-01\n,Wolves,2026-01-01\n")
    assert refusals(answer) == [
        (2, "slug", "This is the former address of “the-herd”. Write the present one."),
        (3, "slug", "There is “wolves” already. Write that if you mean it, else another word."),
    ]


def test_what_was_changed_between_look_and_confirmation_is_shown_anew(editing):
    article = f.ArticleFactory(title_en="One")
    answer = upload(editing, "article", f"slug,title_en\n{article.slug},Mine\n")
    Article.objects.update(title_en="Theirs")
    again = confirm(editing, "article", answer)
    assert Article.objects.get().title_en == "Theirs"
    assert "something was changed in the meantime" in again.content.decode()
    assert [old for one, old, new in again.context["outcome"].rows[0].changes] == ["Theirs"]
    confirm(editing, "article", again)
    assert Article.objects.get().title_en == "Mine"


def test_a_file_waits_for_who_uploaded_it_only_and_is_taken_once(editing, editor, client, account):
    answer = upload(editing, "article", "slug,title_en,date\na,A,2026-01-01\n")
    client.force_login(account("Administrator"))
    assert "Choose it again" in confirm(client, "article", answer).content.decode()
    for token in ("", "\0", "x" * 5000):
        assert client.post(door("article", "import"), {"upload": token}).status_code == 302
    client.force_login(editor)
    confirm(client, "article", answer)
    assert Article.objects.count() == 1
    Article.objects.all().delete()
    confirm(client, "article", answer)
    assert Article.objects.count() == 0


def test_markup_is_cleaned_and_shown_as_text(editing):
    answer = upload(editing, "article", "slug,title_en,body_en,date\na,<b>A</b>,<p onclick=x>T<script>alert(1)</script></p>,2026-01-01\n")  # fmt: skip
    assert "<b>A</b>" not in answer.content.decode()
    confirm(editing, "article", answer)
    assert Article.objects.get().body_en == "<p>T</p>"


def test_the_cost_of_a_look_does_not_grow_with_what_stays_the_same(editing, django_assert_max_num_queries):
    for _number in range(12):
        article = f.ArticleFactory(source=f.SourceFactory())
        article.species.set([f.SpeciesFactory()])
    file = export(editing, "article")
    with django_assert_max_num_queries(30):
        assert counts(upload(editing, "article", file)) == [0, 0, 12, 0]


# --- what is written how ------------------------------------------------------------------------------------------

TABLE = "slug;title_en;title_ru;date\r\nkulan;Kulan;Кулан — «осёл»;22.08.2026\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("cp1251"),
        TABLE.replace(";", "\t").encode("utf-16"),
        TABLE.replace(";", ",").encode(),
        f"sep=;\r\n{TABLE}".encode(),
        xlsx(["slug", "title_en", "title_ru", "date"], ["kulan", "Kulan", "Кулан — «осёл»", datetime.date(2026, 8, 22)]),
    ],
    ids=["utf-8", "with its mark", "utf-16", "windows", "unicode text", "commas", "sep=", "xlsx"],
)  # fmt: skip
def test_a_table_is_read_as_spreadsheets_of_any_country_write_it(editing, content):
    store(editing, "article", content)
    article = Article.objects.get()
    assert (article.title_ru, article.date) == ("Кулан — «осёл»", datetime.date(2026, 8, 22))


HEAD = "slug,title_en,date"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (HEAD, "no row below"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a CSV nor an XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"PK\x03\x04 no archive", "cannot be read"),
        (f"{HEAD}\na,\0,2026-01-01", "neither a CSV nor an XLSX"),
        (f'{HEAD}\na,"open,2026-01-01', "a quotation mark is not closed"),
        (f"{HEAD}\na,{'x' * 140_000},2026-01-01", "longer than 131,072"),
        (f"{HEAD}\n" + "a,b,c\n" * 1_001, "more than 1000 rows"),
        (f"{HEAD}{',' * 300}x\na,b,c", "more than 200 columns"),
        (f"{HEAD},titel\na,b,2026-01-01,c", "“titel”"),
        (f"{HEAD},date\na,b,2026-01-01,2026-01-01", "stand there twice: “date”"),
        ("title_en,date\nb,2026-01-01", "missing: “slug”"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(editing, content, words):
    answer = upload(editing, "article", content)
    assert answer.status_code == 400
    assert words in " ".join(words_of(answer))
    assert words_of(answer)[0] in BeautifulSoup(answer.content, "html.parser").get_text()


def packed(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return file.getvalue()


def with_sheet(sheet):
    """A workbook whose first sheet is exchanged for ``sheet``."""
    file, workbook = io.BytesIO(), zipfile.ZipFile(io.BytesIO(xlsx(["slug"])))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in workbook.namelist():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else workbook.read(name))
    return file.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(xl__sheet="0" * (workbooks.MAX_UNPACKED + 1)), "too large when unpacked"),
        (packed(nothing="1"), "cannot be read"),
        (with_sheet(SHEET % '<row r="1"><c r="A1" t="inlineStr"><is><t>slug</t></is></c></row><row r="99999999999"/>'), "rows"),
        (with_sheet(SHEET % '<row r="1"><c r="A1" t="inlineStr"><is><t>slug</t></is></c><c r="XFD1"><v>1</v></c></row>'), "columns"),
        (with_sheet(LAUGHS + SHEET % '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'), "cannot be read"),
        (with_sheet(SHEET % f"<row>{'<c/>' * 200_201}</row>"), "too large when unpacked"),
        (with_sheet((SHEET % f"<row>{'<c/>' * 200_201}</row>").encode("utf-16")), "too large when unpacked"),
        (with_sheet("<worksheet"), "cannot be read"),
        (with_sheet(SHEET % '<row r="x"><c r="A1" t="s"><v>77</v></c></row>'), "cannot be read"),
    ],
    ids=["bomb", "other archive", "row without end", "wide", "entities", "cells", "cells in UTF-16", "broken", "nonsense"],
)  # fmt: skip
def test_a_workbook_that_no_spreadsheet_wrote_is_refused_in_words(editing, content, words):
    assert words in " ".join(words_of(upload(editing, "article", content, "table.xlsx")))


def test_a_file_of_fifty_megabytes_is_not_even_read(editing, monkeypatch):
    monkeypatch.setattr(sheets, "read", lambda data: pytest.fail("read"))
    answer = upload(editing, "article", b"x" * 50 * 2**20)
    assert words_of(answer) == ["The file is larger than 10 MB. Divide it."]


@pytest.mark.parametrize(
    ("table", "head", "row", "name", "words"),
    [
        ("article", HEAD, "a,A,30.02.2026", "date", "“30.02.2026” is not a date. Write it as 2026-08-31 or 31.08.2026."),
        ("article", HEAD, "a,A,8/22/2026", "date", "“8/22/2026” is not a date. Write it as 2026-08-31 or 31.08.2026."),
        ("article", HEAD, "a,A,", "date", "This cell must not be empty."),
        ("article", "slug,title_en", "a,A", "date", "A new item needs this column."),
        ("article", HEAD, "a b,A,2026-01-01", "slug", "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        ("article", HEAD, "a,A,2026-01-01,too much", "", "There are more cells than names of columns in the first row."),
        ("article", HEAD, "a,,2026-01-01", "title_en", "Write a title in English, or in Russian where only a Russian text exists."),
        ("article", f"{HEAD},kind", "a,A,2026-01-01,gossip", "kind", "“gossip” is not known. Write one of: news, press-release, notification, announcement, project, in-the-press, in-memoriam."),
        ("article", f"{HEAD},species", "a,A,2026-01-01,unicorn", "species", "There is no such item (species): “unicorn”."),
        ("article", f"{HEAD},organisations", "a,A,2026-01-01,giz", "organisations", "Write a part, a colon and a key, such as host:giz, instead of “giz”."),
        ("article", f"{HEAD},link", "a,A,2026-01-01,javascript:x", "link", "Enter a valid URL."),
        ("article", f"{HEAD},published_at", "a,A,2026-01-01,2026-07-01", "summary_en", "The summary is missing: lists and shared links show it."),
        ("article", f"{HEAD},published_at", "a,A,2026-01-01,soon", "published_at", "“soon” is not a date and time. Write it as 2026-08-31 14:30."),
        ("article", f"{HEAD},withdrawn_at", "a,A,2026-01-01,2026-01-01", "withdrawn_at", "Only what was published can be withdrawn. A draft can simply stay a draft."),
        ("range", "species,state,presence,source,year", "kulan,KZ,resident,report,99999999999999999999", "year", "“99999999999999999999” is not a whole number."),
        ("range", "species,state,presence,source,year", "kulan,KZ,resident,report,-5", "year", "Ensure this value is greater than or equal to 0."),
        ("range", "species,state,presence,source,verified", "kulan,KZ,resident,report,maybe", "verified", "Write yes or no instead of “maybe”."),
        ("range", "species,state,presence,source", "kulan,,resident,report", "state", "This cell must not be empty."),
        ("species", "slug,name_en,scientific_name,group,habitat", "range,Range,R r,cats,steppe", "slug", "“range” is an address of the portal itself. Choose another word."),
        ("species", "slug,name_en,scientific_name,group,habitat", "onager,Onager,Equus hemionus,cats,steppe", "scientific_name", "Species with this Scientific name already exists."),
        ("event", "slug,title_en,kind,start,start_time,time_zone", "a,A,workshop,2026-01-01,25:00,UTC", "start_time", "“25:00” is not a time. Write it as 14:30."),
        ("event", "slug,title_en,kind,start,end", "a,A,workshop,2026-01-02,2026-01-01", "end", "The end is before the beginning. Change one of the two dates."),
        ("event", "slug,title_en,kind,part_of", "a,A,workshop,nothing", "part_of", "There is no such item (event): “nothing”."),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_row_is_said_beside_its_column(editing, table, head, row, name, words):
    species = f.SpeciesFactory(slug="kulan", scientific_name="Equus hemionus")
    f.RangeStateFactory(country__code="KZ"), f.SourceFactory(slug="report")
    answer = upload(editing, table, f"{head}\n{row}\n")
    assert (answer.status_code, refusals(answer)) == (400, [(2, name, words)])
    assert Species.objects.get() == species


def test_an_item_named_twice_is_refused(editing):
    answer = upload(
        editing, "article", f"{HEAD}\na,A,2026-01-01\na,B,2026-01-01\n,Wolf,2026-01-01\nwolf,W,2026-01-01\n"
    )
    assert refusals(answer) == [
        (3, "slug", "Row 2 is about the same item."),
        (5, "slug", "Row 4 is about the same item."),
    ]


def test_cells_that_a_spreadsheet_shows_as_something_else_are_refused(editing):
    book = openpyxl.Workbook()
    book.active.append(["slug", "title_en", "date", "summary_en", "publisher_en"])
    book.active.append(["a", "=1+1", "2026-01-01", datetime.date(2026, 1, 2), 0.5])
    book.active["E2"].number_format = "0%"
    file = io.BytesIO()
    book.save(file)
    assert refusals(upload(editing, "article", file.getvalue())) == [
        (2, "title_en", "There is a formula in this cell. Paste its value instead."),
        (2, "summary_en", "The spreadsheet made a date of this. Format the cell as text."),
        (2, "publisher_en", "This cell shows a percentage. Format it as a number or as text."),
    ]


def test_unprintable_characters_do_not_come_in(editing):
    content = xlsx(["slug", "title_en", "date", "link"], ["a", "A_x0000_\u202eB", "2026-01-01", "https://example.org/"])
    store(editing, "article", content)
    assert "\0" not in Article.objects.get().title_en
    assert upload(editing, "article", f"{HEAD}\na,".encode() + b"\xed\xa0\x80,2026-01-01\n").status_code in (200, 400)


def test_a_later_row_may_be_part_of_an_earlier_one(editing):
    store(editing, "event", "slug,title_en,kind,part_of\ncop,COP,cop,\nside,Side event,side-event,cop\n")
    assert Event.objects.get(slug="side").part_of.slug == "cop"


# --- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("names", "may"), [(["Author"], False), (["Translator"], False), (["Author", "Translator"], False),
                                            (["Editor"], True), (["Administrator"], True)])  # fmt: skip
def test_only_who_publishes_imports_and_everybody_at_the_desk_exports(client, account, names, may):
    user = account(*names)
    client.force_login(user)
    f.ArticleFactory()
    answer = upload(client, "article", f"{HEAD}\na,A,2026-01-01\n")
    assert answer.status_code == (200 if may else 403)
    Upload.objects.all().delete()
    waiting = Upload.objects.create(
        user=user, table="article", name="x", content=b"slug,title_en,date\na,A,2026-01-01\n"
    )
    forged = client.post(door("article", "import"), {"upload": waiting.token})
    assert forged.status_code == (200 if may else 403)  # not what was shown: shown again
    assert Article.objects.count() == 1
    assert len(exported_rows(client, "article")) == 1
    page = client.get(reverse("admin:news_article_changelist")).content.decode()
    assert (door("article", "import") in page, door("article", "export") in page) == (may, True)


def test_strangers_and_those_without_the_list_get_nothing(client, editing, account):
    assert editing.post(door("article", "export"), {"table": "role"}).status_code == 400
    assert editing.post(door("species", "export"), {"table": "role", "form": sheets.CSV}).status_code == 400
    client.logout()
    for page in ("import", "export"):
        assert client.get(door("person", page))["Location"].startswith(reverse("admin:login"))
        assert client.post(door("person", page), {"form": sheets.CSV})["Location"].startswith(reverse("admin:login"))
