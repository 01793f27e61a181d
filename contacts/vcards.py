"""Address book entries (vCard 3.0, RFC 2426: what phones and mail programs all read) of roles and organisations.

A card holds what the page shows, in the page's language, and nothing of people beyond who is in charge today.
"""

from django.utils.translation import gettext as _
from icalendar import Component, vText, vUri
from icalendar.prop import vAdr, vN, vOrg

WORK, FAX = {"TYPE": ["WORK", "VOICE"]}, {"TYPE": ["WORK", "FAX"]}
MAIL = {"TYPE": ["INTERNET", "WORK"]}


def new_card(item, request, name, parts):
    """The beginning of every card; ``uid`` is the item's own, so that a later card takes the place of this one."""
    card = Component()
    card.name = "VCARD"
    card.add("version", "3.0")
    card.add("uid", vText(item.uuid.urn))
    card.add("fn", vText(name))
    card.add("n", vN(parts))
    card.add("source", vUri(request.build_absolute_uri(item.get_absolute_url())))
    return card


def add_reach(card, *, emails, phones, organisation):
    for email in filter(None, emails):
        card.add("email", vText(email, params=MAIL))
    for phone in filter(None, phones):
        card.add("tel", vText(phone, params=WORK))
    if organisation.fax:
        card.add("tel", vText(organisation.fax, params=FAX))
    if organisation.address:
        # All lines stand as the street: what is a town or a code among them, nobody recorded.
        card.add("adr", vAdr(("", "", organisation.address, "", "", "", ""), params={"TYPE": ["WORK"]}))
    if organisation.website:
        card.add("url", vUri(organisation.website))


def finished(card, note):
    if note:
        card.add("note", vText(note))
    return card.to_ical(sorted=False)


def role_card(role, request):
    """The card of a role: under the name of who is in charge today, if one person is, else under its own."""
    in_charge = role.in_charge
    people = [assignment.person for assignment in in_charge if assignment.person]
    if len(people) == 1:
        person = people[0]
        parts = (person.family_name, person.given_name, "", person.honorific, "")
        card = new_card(role, request, str(person), parts)
    else:
        card = new_card(role, request, role.title, (role.title, "", "", "", ""))
    acting = any(assignment.acting and assignment.person for assignment in in_charge)
    card.add("title", vText(f"{role.title} {_('(acting)')}" if acting else role.title))
    card.add("org", vOrg((role.organisation.name,)))
    emails = dict.fromkeys([*(assignment.email for assignment in in_charge), role.email])
    phones = dict.fromkeys([*(assignment.phone for assignment in in_charge), *role.organisation.phones.splitlines()])
    add_reach(card, emails=emails, phones=phones, organisation=role.organisation)
    return finished(card, role.about)


def organisation_card(organisation, request):
    name = organisation.name
    card = new_card(organisation, request, name, (name, "", "", "", ""))
    card.add("org", vOrg((name,)))
    card.add("x-abshowas", vText("COMPANY"))
    add_reach(card, emails=[organisation.email], phones=organisation.phones.splitlines(), organisation=organisation)
    return finished(card, organisation.about)
