"""Private contacts and accounts are for administrators, whatever door an editor tries."""

import pytest
from django.urls import reverse

from contacts.models import Person, PrivateContact
from publishing.models import Source
from tests import factories as f

pytestmark = pytest.mark.django_db

SECRET = "hidden@example.org"


@pytest.fixture
def person():
    person = f.PersonFactory(family_name_en="Berg", organisation=f.OrganisationFactory(name_en="Steppe Institute"))
    PrivateContact.objects.create(person=person, email=SECRET, phone="+7 700 000", note="knows the herds")
    return person


def test_no_page_that_an_editor_opens_holds_a_private_contact(editing, person):
    pages = [reverse(f"admin:contacts_person_{page}", args=[person.pk]) for page in ("change", "delete", "history")]
    pages += [reverse("admin:index"), reverse("admin:contacts_person_changelist")]
    answers = [editing.get(page) for page in pages]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert ["Berg" in answer.content.decode() for answer in answers] == [True, True, True, False, True]
    assert [page for page, answer in zip(pages, answers, strict=True) if SECRET in answer.content.decode()] == []


def test_an_editor_cannot_open_private_contacts(editing, person):
    pages = [reverse("admin:contacts_privatecontact_changelist"), reverse("admin:contacts_privatecontact_add")]
    contact = person.private_contact.pk
    pages += [
        reverse(f"admin:contacts_privatecontact_{page}", args=[contact]) for page in ("change", "delete", "history")
    ]
    assert [editing.get(page).status_code for page in pages] == [403] * 5


def test_an_administrator_can(admin_client, person):
    page = reverse("admin:contacts_privatecontact_change", args=[person.private_contact.pk])
    assert SECRET in admin_client.get(page).content.decode()


@pytest.mark.parametrize("query", ["private_contact__email__startswith=hidden", "private_contact__phone=1", "q=hidden"])
def test_people_cannot_be_searched_by_what_is_private(editing, person, query):
    answer = editing.get(f"{reverse('admin:contacts_person_changelist')}?{query}")
    assert answer.status_code == 400 or "Berg" not in answer.content.decode()


def suggestions(client, term, field="person", model="assignment"):
    query = {"app_label": "contacts", "model_name": model, "field_name": field, "term": term}
    answer = client.get(reverse("admin:autocomplete"), query)
    return [found["text"] for found in answer.json()["results"]] if answer.status_code == 200 else answer.status_code


def test_people_are_suggested_by_name_and_organisation_only(editing, person):
    assert suggestions(editing, "berg") == ["Berg"]
    assert suggestions(editing, "steppe inst") == ["Berg"]
    assert suggestions(editing, "hidden") == []
    assert suggestions(editing, "", field="private_contact", model="person") == 403


def test_suggestions_are_for_those_who_may_see_the_rows(client, editing, editor, person):
    assert suggestions(editing, "berg") == ["Berg"]
    group = editor.groups.get()
    group.permissions.remove(
        group.permissions.get(codename="view_person"), group.permissions.get(codename="change_person")
    )
    assert suggestions(editing, "berg") == 403
    client.logout()
    assert suggestions(client, "berg") == 302


def test_an_editor_cannot_open_accounts(editing, editor):
    pages = [reverse(f"admin:auth_user_{page}") for page in ("changelist", "add")]
    pages.append(reverse("admin:auth_user_change", args=[editor.pk]))
    assert [editing.get(page).status_code for page in pages] == [403] * 3
    assert editing.post(pages[-1], {"email": "a@example.org", "is_superuser": "on"}).status_code == 403
    editor.refresh_from_db()
    assert not editor.is_superuser


def test_an_editor_holds_no_permission_but_on_the_content(editor):
    labels = {permission.split(".")[0] for permission in editor.get_all_permissions()}
    assert labels == {"publishing", "contacts", "species", "events", "news"}
    assert not editor.has_perm("contacts.view_privatecontact")
    assert editor.has_perm("contacts.delete_person")


def test_a_person_with_a_private_contact_is_not_deleted_by_who_may_not_see_it(editing, person):
    editing.post(reverse("admin:contacts_person_delete", args=[person.pk]), {"post": "yes"})
    assert Person.objects.filter(pk=person.pk).exists()
    assert Source.objects.count() == 0
