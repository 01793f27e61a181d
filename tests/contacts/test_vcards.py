"""Cards as an address book reads them: the parser is not the library that wrote them."""

import datetime

import pytest
import vobject
from django.utils import timezone

from tests import factories as f

pytestmark = pytest.mark.django_db
ODD = "Отдел; сохранение, «виды»\\учёт"


def card(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert max(len(line) for line in response.content.split(b"\r\n")) <= 75
    return vobject.readOne(response.content.decode())


@pytest.fixture
def role():
    organisation = f.OrganisationFactory(
        name_ru=ODD,
        address_ru="ул. Ленина, 1; а/я 5\nБонн",
        phones="+49 228 1\n+49 228 2",
        fax="+49 228 3",
        email="o@a.b",
    )
    return f.RoleFactory(slug="r", organisation=organisation, title_ru="Функция, " * 12, about_ru="Первое.\nВторое.")


def test_a_role_is_saved_with_all_that_its_page_says(client, role):
    saved = card(client, "/ru/contacts/r/contact.vcf")
    assert saved.fn.value == saved.title.value == role.title_ru.strip()
    assert saved.org.value == [ODD]
    assert saved.adr.value.street == "ул. Ленина, 1; а/я 5\nБонн"
    assert [(tel.value, tel.type_paramlist) for tel in saved.tel_list] == [
        ("+49 228 1", ["WORK", "VOICE"]),
        ("+49 228 2", ["WORK", "VOICE"]),
        ("+49 228 3", ["WORK", "FAX"]),
    ]
    assert (saved.email.value, saved.note.value) == ("o@a.b", "Первое.\nВторое.")
    assert (saved.version.value, saved.uid.value) == ("3.0", role.uuid.urn)


def test_only_who_is_in_charge_today_is_named(client, role):
    gone = f.PersonFactory(family_name_en="Formerly")
    f.AssignmentFactory(role=role, person=gone, confirmed=datetime.date(2016, 12, 1), email="gone@example.org")
    assert "Formerly" not in str(card(client, "/en/contacts/r/contact.vcf"))
    person = f.PersonFactory(family_name_en="Now", given_name_en="Ada")
    f.PrivateContactFactory(person=person)
    f.AssignmentFactory(role=role, person=person, confirmed=timezone.localdate(), email="now@example.org", acting=True)
    saved = card(client, "/en/contacts/r/contact.vcf")
    assert (saved.fn.value, saved.n.value.family, saved.n.value.given) == ("Ada Now", "Now", "Ada")
    assert saved.title.value == f"{role.title_en} (acting)"
    assert [mail.value for mail in saved.email_list] == ["now@example.org", "o@a.b"]
    assert "gone@" not in str(saved)
    assert "private@" not in str(saved)


def test_an_organisation_is_saved_under_its_own_name(client, role):
    organisation = role.organisation
    f.PersonFactory(family_name_en="Undisclosed", organisation=organisation)
    saved = card(client, f"/ru/contacts/organisations/{organisation.slug}/contact.vcf")
    assert (saved.fn.value, saved.uid.value) == (ODD, organisation.uuid.urn)
    assert "Undisclosed" not in str(saved)


def test_a_card_is_a_file_and_pages_offer_it(client, role):
    for item in (role, role.organisation):
        page = item.get_absolute_url()
        response = client.head(f"{page}contact.vcf")
        assert response["Content-Disposition"] == f'attachment; filename="{item.slug}.vcf"'
        assert f'href="{page}contact.vcf"' in client.get(page).content.decode()


@pytest.mark.parametrize("path", ["nobody/contact.vcf", "organisations/nobody/contact.vcf", "a%00b/contact.vcf"])
def test_there_is_no_card_of_what_does_not_exist(client, path):
    assert client.get(f"/en/contacts/{path}").status_code == 404
