"""Accounts are made by invitation; passwords are set by a link, which tells nobody who has an account."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roles")]

LINK = re.compile(r"https?://\S+")
PASSWORD = {"new_password1": "steppe-and-desert", "new_password2": "steppe-and-desert"}


def invite(capsys, *arguments):
    """The link that the command prints."""
    call_command("invite", *arguments)
    return capsys.readouterr().out.splitlines()[-1]


def follow(client, link):
    """Set a password by ``link``; the page that follows."""
    form = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    return client.post(form.redirect_chain[-1][0], PASSWORD, follow=True) if form.redirect_chain else form


def test_who_is_invited_sets_a_password_by_the_mailed_link_and_can_edit(client, capsys, mailoutbox):
    invite(capsys, "Anna@Example.org", "--name", "Anna von Berg")
    user = User.objects.get()
    assert (user.username, user.email, user.get_full_name()) == (
        "anna@example.org",
        "anna@example.org",
        "Anna von Berg",
    )
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert [mail.to for mail in mailoutbox] == [["anna@example.org"]]

    page = follow(client, LINK.search(mailoutbox[0].body)[0])
    assert page.redirect_chain[-1][0] == reverse("admin:index")
    assert client.get(reverse("admin:news_article_changelist")).status_code == 200


def test_a_link_works_once(client, capsys):
    link = invite(capsys, "anna@example.org")
    follow(client, link)
    assert "invalid" in follow(client, link).content.decode()


def test_inviting_again_gives_a_new_link_and_takes_nothing_away(client, capsys):
    follow(client, invite(capsys, "anna@example.org", "--role", "Administrator", "--name", "Anna Berg"))
    before = User.objects.values().get()
    assert follow(client, invite(capsys, "ANNA@example.org")).redirect_chain
    after = User.objects.values().get()
    changing = {"password", "last_login"}
    assert [name for name in before if before[name] != after[name] and name not in changing] == []


def test_an_administrator_is_invited(capsys):
    invite(capsys, "anna@example.org", "--role", "Administrator")
    user = User.objects.get()
    assert (user.is_superuser, user.has_perm("auth.add_user")) == (False, True)


def test_the_link_begins_with_the_address_given(capsys, mailoutbox):
    link = invite(capsys, "anna@example.org", "--base-url", "https://cami.example.org/")
    assert link.startswith("https://cami.example.org/accounts/password/")
    assert LINK.search(mailoutbox[0].body)[0].startswith("https://cami.example.org/accounts/password/")


@pytest.mark.parametrize("arguments", [["anna"], ["a b@example.org"], [""], ["a@example.org", "--base-url", "x"]])
def test_what_cannot_be_an_address_is_said_in_words(arguments):
    with pytest.raises(CommandError, match="is not an"):
        call_command("invite", *arguments)
    assert User.objects.count() == 0


def test_without_a_mail_server_the_link_is_printed_all_the_same(capsys, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 9
    assert invite(capsys, "anna@example.org").startswith("http://127.0.0.1:8000/accounts/password/")


@pytest.mark.parametrize("asked", ["anna@example.org", "ANNA@example.org", "nobody@example.org"])
def test_asking_for_a_password_tells_nobody_who_has_an_account(client, capsys, mailoutbox, asked):
    invite(capsys, "anna@example.org")
    page = client.post(reverse("password_reset"), {"email": asked}, follow=True)
    assert page.redirect_chain == [(reverse("password_reset_done"), 302)]
    assert asked not in page.content.decode()
    assert len(mailoutbox) == (1 if asked.startswith("nobody") else 2)


def test_a_mail_speaks_both_languages(capsys, mailoutbox):
    invite(capsys, "anna@example.org")
    links = LINK.findall(mailoutbox[0].body)
    assert len(links) == 2
    assert links[0] == links[1]


def test_an_e_mail_signs_in_whatever_its_case(client, capsys):
    follow(client, invite(capsys, "anna@example.org"))
    client.logout()
    data = {"login": "Anna@Example.ORG", "password": PASSWORD["new_password1"], "next": "/admin/"}
    assert client.post(reverse("account_login"), data)["Location"] == "/admin/"


def test_the_sign_in_page_asks_for_an_e_mail_and_links_a_new_password(client):
    page = client.get(reverse("admin:login"), follow=True).content.decode()
    assert "E-mail:" in page
    assert reverse("password_reset") in page


@pytest.mark.django_db(transaction=True)
def test_an_administrator_adds_an_account_by_e_mail_name_and_role(admin_client, submit, mailoutbox, roles):
    data = {"email": "Boris@example.org", "first_name": "Boris", "last_name": "Berg", "groups": roles["Author"].pk}
    submit(admin_client, reverse("admin:auth_user_add"), **data)
    user = User.objects.get(username="boris@example.org")
    assert [group.name for group in user.groups.all()] == ["Author"]
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert [mail.to for mail in mailoutbox] == [["boris@example.org"]]


def test_an_e_mail_has_one_account(admin_client, submit, errors, capsys, roles):
    invite(capsys, "anna@example.org")
    data = {"email": "ANNA@example.org", "groups": roles["Editor"].pk}
    answer = submit(admin_client, reverse("admin:auth_user_add"), **data)
    assert errors(answer) == {"email": "There is an account with this e-mail already."}


def test_invitations_are_sent_again_from_the_list(admin_client, capsys, mailoutbox):
    invite(capsys, "anna@example.org")
    data = {"action": "invite_again", "_selected_action": [User.objects.get(username="anna@example.org").pk]}
    page = admin_client.post(reverse("admin:auth_user_changelist"), data, follow=True)
    assert "Sent to: anna@example.org." in page.content.decode()
    assert [mail.to for mail in mailoutbox] == [["anna@example.org"]] * 2
