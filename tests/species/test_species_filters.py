import pytest

from tests import factories as f
from tests.lists import rows_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def species():
    first = f.SpeciesFactory(slug="first", group="cats", scientific_name="Panthera uncia")
    later = f.SpeciesFactory(slug="later", group="bears")
    f.MembershipFactory(species=first)
    f.MembershipFactory(species=later, since_cop="COP13", year=2020)
    f.AssessmentFactory(species=first, category="VU", number=1)
    f.AssessmentFactory(species=first, category="EN", number=2, current=False)
    f.ListingFactory(species=first, appendix="I", number=1)
    f.ListingFactory(species=first, appendix="II", number=2, year=1997, until=2005)
    f.ListingFactory(species=later, appendix="not-recorded")
    f.RangeFactory(species=first, state=f.RangeStateFactory(country=f.CountryFactory(code="KZ")))


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("category=VU", {"first"}),
        ("category=EN", set()),  # an assessment that is no longer in force
        ("appendix=I", {"first"}),
        ("appendix=II", set()),  # a listing that has ended
        ("appendix=not-recorded", {"later"}),
        ("membership=2014", {"first"}),
        ("membership=current", {"first", "later"}),
        ("membership=former", set()),
        ("membership=former&membership=2014", {"first"}),
        ("state=KZ", {"first"}),
        ("group=cats&group=bears", {"first", "later"}),
        ("q=uncia", {"first"}),
    ],
)
def test_species_are_found_by_what_is_true_today(client, species, query, slugs):
    response = client.get(f"/en/species/?{query}")
    assert (response.status_code, set(rows_in(response))) == (200, slugs)


def test_the_fifteen_are_those_of_cop11_whatever_became_of_them(species):
    from species.models import Membership, Species

    Membership.objects.filter(since_cop="COP11").update(status="former", until=2024)
    assert [item.slug for item in Species.objects.founding()] == ["first"]


def test_names_are_sorted_in_the_language_of_the_page(client):
    for english, russian in [("Argali", "Яр"), ("Zebra", "Аз")]:
        state = f.RangeStateFactory(country=f.CountryFactory(name_en=english, name_ru=russian))
        f.RangeFactory(species=f.SpeciesFactory(name_en=english, name_ru=russian), state=state)
        f.RangeFactory(species=f.SpeciesFactory(slug=f"s-{english}"), state=state)
        f.OrganisationFactory(name_en=english, name_ru=russian)
    species, states, organisations = "species/", "species/states/", "contacts/organisations/"
    for language in ("en", "ru"):
        lists = [list(rows_in(client.get(f"/{language}/{path}")).values()) for path in (species, organisations)]
        lists.append([state.country.name for state in client.get(f"/{language}/{states}").context["object_list"]])
        for names in lists:
            assert names == sorted(names)
            assert len(names) >= 2


def test_a_species_is_not_among_those_of_a_state_that_it_has_vanished_from(client, species):
    from species.models import Range

    Range.objects.update(presence="extinct")
    assert not client.get("/en/species/?state=KZ").context["object_list"]
    assert list(client.get("/en/species/states/").context["object_list"].values_list("species_count")) == [(0,)]
