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
    """The items with their countries. One that somebody added a moment ago is fetched when it is shown, as below."""
    countries = all_countries()
    for item in items:
        if item.country_id in countries:
            item.country = countries[item.country_id]


def with_organisations(parts):
    """The parts that organisations have in something, with the organisations."""
    organisations = all_organisations()
    for part in parts:
        if part.organisation_id in organisations:
            part.organisation = organisations[part.organisation_id]
    return parts


@kept
def people_with(keys):
    return list(Person.objects.select_related("organisation").filter(pk__in=keys))
