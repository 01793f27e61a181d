"""Which species lives where: the table of all species and Range States, and the tile map."""

import pytest
from bs4 import BeautifulSoup

from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def ranges():
    """Two species in two of three Range States; the saiga is extinct in China, its other record is unverified."""
    kazakhstan, china, _bhutan = (
        f.RangeStateFactory(country=f.CountryFactory(code=code, name_en=name, name_ru=name))
        for code, name in [("KZ", "Kazakhstan"), ("CN", "China"), ("BT", "Bhutan")]
    )
    saiga = f.SpeciesFactory(slug="saiga", name_en="Saiga", group="antelopes")
    lynx = f.SpeciesFactory(slug="lynx", name_en="Lynx", group="cats")
    f.SpeciesFactory(slug="urial", name_en="Urial", group="sheep")
    first, second = f.SourceFactory(title_en="First"), f.SourceFactory(title_en="Second")
    f.RangeFactory(species=saiga, state=kazakhstan, source=first, year=2016)
    f.RangeFactory(species=saiga, state=china, source=second, presence="extinct", verified=True)
    f.RangeFactory(species=lynx, state=kazakhstan, source=second, verified=True)
    f.RangeFactory(species=lynx, state=china, source=second, verified=True)


def page(client, query=""):
    response = client.get(f"/en/species/range/{query}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(element):
    return " ".join(element.get_text(" ").split())


def test_each_cell_says_the_presence_and_the_number_of_its_note(client, ranges):
    rows = [[words(cell) for cell in row.find_all(["th", "td"])] for row in page(client).select("table.matrix tr")]
    assert rows == [
        ["Species", "Bhutan BT", "China CN", "Kazakhstan KZ", "Range States Σ"],
        ["Lynx", "", "R resident, note 1", "R resident, note 1", "2"],
        ["Saiga", "", "E extinct here, note 1", "R resident, unverified, note 2", "1"],
        ["Urial", "", "", "", "– not recorded"],
        ["Species living there, or perhaps", "0", "1", "2", "3"],
    ]


def test_the_notes_give_source_and_year_once_for_all_cells_that_share_them(client, ranges):
    notes = [(note["id"], words(note)) for note in page(client).select(".matrix-notes li")]
    assert notes == [("note-1", "year not recorded · Second"), ("note-2", "2016 · First unverified")]


def test_the_heads_lead_to_species_and_range_states(client, ranges):
    links = [link["href"] for link in page(client).select("table.matrix th a")]
    states = [f"/en/species/states/{code}/" for code in ("bt", "cn", "kz")]
    assert links == [*states, "/en/species/lynx/", "/en/species/saiga/", "/en/species/urial/"]


def tiles(soup):
    return {tile["aria-label"]: tile["href"].split("/")[-2] for tile in soup.select("svg.tile-map a")}


def test_the_tile_map_counts_the_species_shown(client, ranges):
    counts = {"Kazakhstan: 2 species": "kz", "China: 1 species": "cn", "Bhutan: 0 species": "bt"}
    assert tiles(page(client)) == counts
    assert tiles(BeautifulSoup(client.get("/en/").content, "html.parser")) == counts


@pytest.mark.parametrize("address", ["/en/species/range/?species=saiga", "/en/species/saiga/"])
def test_of_one_species_the_tile_map_shows_the_presence(client, ranges, address):
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    shown = {"Kazakhstan: resident, unverified": "kz", "China: extinct here": "cn", "Bhutan: not recorded": "bt"}
    assert tiles(soup) == shown


def test_fourteen_tiles_weigh_less_than_10_kb(client, ranges):
    for number in range(11):
        country = f.CountryFactory(code=f"Z{chr(65 + number)}", name_en="Islamic Republic of Somewhere")
        f.RangeStateFactory(country=country)
    drawing = page(client).select_one("svg.tile-map")
    assert len(drawing.find_all("a")) == 14
    assert len(str(drawing).encode()) < 10_000


def test_filters_leave_rows_out_and_an_empty_table_offers_a_way_on(client, ranges):
    assert [words(row.th) for row in page(client, "?group=cats").select("tbody tr")] == ["Lynx"]
    assert [words(row.th) for row in page(client, "?state=CN").select("tbody tr")] == ["Lynx"]
    empty = page(client, "?group=cats&species=saiga")
    assert (empty.select("table.matrix"), len(empty.select(".empty a"))) == ([], 1)
