"""The countries, organisations and people that pages of other items name."""

from publishing.keeping import kept

from .models import Country, Organisation, Person


@kept
def all_countries():
    """``{key: Country}``: few, so kept whole, as the organisations."""
    return Country.objects.in_bulk()


@kept
def all_organisations():
    return Organisation.objects.in_bulk()


def with_countries(items):
    countries = all_countries()
    for item in items:
        item.country = countries.get(item.country_id)


def with_organisations(parts):
    """The parts that organisations have in something, with the organisations."""
    organisations = all_organisations()
    for part in parts:
        part.organisation = organisations[part.organisation_id]
    return parts


@kept
def people_with(keys):
    return list(Person.objects.select_related("organisation").filter(pk__in=keys))
