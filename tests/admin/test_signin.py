"""Signing in: two factors, limits that all workers share, sessions that end, and no door of allauth beside those."""

import contextlib
import re
import time
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from cami_portal.sessions import SessionStore
from tests.admin.test_roles import names_of_all_doors

pytestmark = pytest.mark.django_db

PASSWORD = "steppe-and-desert"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, CODE, SET_UP = "/accounts/login/", "/accounts/login/code/", "/accounts/sign-in/set-up/"
CONFIRM = "/accounts/confirm/"  # by the password


@pytest.fixture
def anna(account):
    """An Administrator with a password."""
    user = account("Administrator")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def guarded(anna):
    """The same with a second factor."""
    TOTP.activate(anna, SECRET)
    RecoveryCodes.activate(anna)
    return anna


def code_of(secret, steps=0):
    """What the app on a telephone shows; ``steps`` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client, user, password=PASSWORD, **kwargs):
    return client.post(LOGIN, {"login": user.username, "password": password}, **kwargs)


def is_in(client):
    return client.get("/admin/").status_code == 200


def codes_of(user):
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


# --- two factors --------------------------------------------------------------------------------------------------


def test_a_second_factor_is_set_up_by_the_code_of_the_app(client, anna, mailoutbox, django_capture_on_commit_callbacks):
    sign_in(client, anna)
    page = client.get(SET_UP)
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', page.content.decode())[1]
    assert "<svg" in page.content.decode()
    assert 'style="' not in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        shown = client.post(SET_UP, {"code": code_of(secret)}, follow=True)
    assert shown.redirect_chain == [(reverse("mfa_view_recovery_codes"), 302)]
    codes = codes_of(anna)
    assert re.findall(r"<li><code>(\d{8})</code>", shown.content.decode()) == codes
    assert client.get(reverse("mfa_download_recovery_codes")).content.decode().split()[-10:] == codes
    assert [mail.to for mail in mailoutbox] == [[anna.email]]
    assert all(mailoutbox[0].body.count(name) == 1 for name in ("the CAMI portal", "портале ЦАИМ"))


def test_password_and_code_let_in_and_each_alone_does_not(client, guarded):
    assert sign_in(client, guarded)["Location"] == CODE
    assert not is_in(client)
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert client.post(CODE, {"code": code_of(SECRET)})["Location"] == "/admin/"
    assert is_in(client)
    assert Client().get(CODE)["Location"] == LOGIN


def test_a_code_is_taken_once_by_whichever_worker(client, guarded):
    code = code_of(SECRET)
    sign_in(client, guarded)
    client.post(CODE, {"code": code})
    other = Client()
    sign_in(other, guarded)
    assert other.post(CODE, {"code": code}).status_code == 200
    assert (is_in(client), is_in(other)) == (True, False)


def test_a_recovery_code_is_taken_once(guarded):
    code, entered = codes_of(guarded)[3], []
    for client in (Client(), Client()):
        sign_in(client, guarded)
        client.post(CODE, {"code": code})
        entered.append(is_in(client))
    assert entered == [True, False]
    assert len(codes_of(guarded)) == 9


def test_a_mailed_password_link_does_not_lead_round_the_second_factor(client, guarded, capsys):
    call_command("invite", guarded.email, "--role", "Administrator")
    link = capsys.readouterr().out.split()[-1].removeprefix("http://127.0.0.1:8000")
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "yak-and-eagle-owl"
    assert client.post(form, {"new_password1": new, "new_password2": new})["Location"] == CODE
    assert not is_in(client)
    client.post(CODE, {"code": code_of(SECRET)})
    assert is_in(client)


@pytest.mark.parametrize("door", ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"])
def test_whoever_changes_a_second_factor_is_asked_for_the_password_again(client, guarded, door):
    client.force_login(guarded)
    before = codes_of(guarded)
    asked = [client.get] if door == "mfa_view_recovery_codes" else [client.get, client.post]
    for ask in asked:
        assert ask(reverse(door))["Location"] == f"{CONFIRM}?next={quote(reverse(door), '')}"
    assert client.post(CONFIRM, {"password": "wrong"}).status_code == 200
    assert client.get(reverse(door)).status_code == 302
    client.post(CONFIRM, {"password": PASSWORD})
    assert client.get(reverse(door)).status_code == 200
    assert codes_of(guarded) == before


def test_a_second_factor_is_removed_by_its_owner(client, guarded):
    client.force_login(guarded)
    client.post(CONFIRM, {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.count() == 0


# --- compulsory for Administrators --------------------------------------------------------------------------------


def address_of(door):
    """The address of a door of the admin, with whatever numbers it needs."""
    for numbers in ([], [1], [1, 1]):
        with contextlib.suppress(NoReverseMatch):
            return reverse(f"admin:{door}", args=numbers)


@pytest.fixture
def required(settings):
    settings.REQUIRE_MFA = True


@pytest.mark.parametrize("superuser", [False, True])
def test_an_administrator_without_second_factor_gets_to_its_set_up_only(client, anna, required, superuser):
    anna.is_superuser = superuser
    anna.save()
    client.force_login(anna)
    for name in names_of_all_doors() - {"login", "logout", None, "app_list", "view_on_site"}:
        url = address_of(name)
        for ask in (client.get, client.post):
            answer = ask(url)
            assert (url, answer.status_code, answer["Location"].partition("?")[0]) == (url, 302, "/admin/login/")
    assert client.get("/admin/login/")["Location"] == SET_UP
    assert client.get(SET_UP)["Location"].startswith(CONFIRM)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_with_a_second_factor_an_administrator_works_as_ever(client, guarded, required):
    client.force_login(guarded)
    assert is_in(client)


def test_other_roles_need_none(client, account, required):
    client.force_login(account("Editor"))
    assert is_in(client)


def test_elsewhere_a_banner_asks_administrators_to_set_it_up(client, anna, account):
    banner = '<p class="banner">'
    client.force_login(anna)
    assert banner in client.get("/admin/").content.decode()
    TOTP.activate(anna, SECRET)
    assert banner not in client.get("/admin/").content.decode()
    client.force_login(account("Editor"))
    assert banner not in client.get("/admin/").content.decode()


# --- lost telephones ----------------------------------------------------------------------------------------------


def remove(client, *users):
    data = {"action": "remove_second_factor", "_selected_action": [user.pk for user in users]}
    return client.post(reverse("admin:auth_user_changelist"), data, follow=True).content.decode()


def test_an_administrator_removes_the_second_factor_of_others(client, guarded, account, mailoutbox):
    editor, boss = account("Editor"), User.objects.create_superuser("boss@example.org", "boss@example.org", PASSWORD)
    for user in (editor, boss):
        TOTP.activate(user, SECRET)
    session = Client()
    session.force_login(editor)
    client.force_login(guarded)
    assert f"told by mail: {editor.email}." in remove(client, editor, boss, guarded)
    assert set(Authenticator.objects.values_list("user__username", flat=True)) == {guarded.username, boss.username}
    assert [mail.to for mail in mailoutbox] == [[editor.email]]
    assert LogEntry.objects.get().object_id == str(editor.pk)
    assert not is_in(session)


def test_a_command_removes_it_too(guarded, mailoutbox, capsys):
    call_command("reset_two_factor", guarded.email.upper())
    assert Authenticator.objects.count() == 0
    assert [mail.to for mail in mailoutbox] == [[guarded.email]]
    with pytest.raises(CommandError, match="There is no account"):
        call_command("reset_two_factor", "nobody@example.org")


# --- limits -------------------------------------------------------------------------------------------------------


def fail(user, times, address="192.0.2.1"):
    """Answers to wrong passwords, each from a browser of its own."""
    data = {"login": user if isinstance(user, str) else user.username, "password": "wrong"}
    return [Client(REMOTE_ADDR=address).post(LOGIN, data).status_code for _ in range(times)]


def test_five_wrong_passwords_close_an_account_to_that_address_only(anna):
    assert fail(anna, 7) == [200] * 5 + [429] * 2
    refused = sign_in(Client(REMOTE_ADDR="192.0.2.1"), anna)
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert "Wait 10 minutes" in refused.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.2")
    sign_in(elsewhere, anna)
    assert is_in(elsewhere)


def test_other_cases_of_an_e_mail_are_the_same_account(anna):
    assert fail(anna.username.upper(), 3) + fail(anna, 3) == [200] * 5 + [429]


def test_an_address_has_twenty_tries_whatever_the_account():
    assert [fail(f"nobody{n}@example.org", 1)[0] for n in range(21)] == [200] * 20 + [429]


def test_an_account_has_fifty_tries_from_anywhere(anna):
    answers = [fail(anna, 5, f"192.0.2.{n}") for n in range(10)]
    assert answers == [[200] * 5] * 10
    assert fail(anna, 1, "192.0.2.99") == [429]


def test_success_counts_for_nothing(anna):
    for _ in range(8):
        client = Client(REMOTE_ADDR="192.0.2.1")
        sign_in(client, anna)
        assert is_in(client)


def test_counters_stand_in_the_database(anna):
    fail(anna, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cami_portal_cache")
        assert cursor.fetchone()[0] == 4


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_forwarded_address_counts_behind_the_proxy_only(anna, settings, trusted):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = trusted
    data = {"login": anna.username, "password": "wrong"}
    answers = [
        Client().post(LOGIN, data, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.{n}").status_code for n in range(6)
    ]
    assert answers == [200] * 5 + [200 if trusted else 429]


def test_codes_are_limited_too(guarded):
    client, answers = Client(), []
    sign_in(client, guarded)
    for _ in range(6):
        answers.append(client.post(CODE, {"code": "000000"}).status_code)
    assert answers == [200] * 5 + [429]
    assert client.post(CODE, {"code": code_of(SECRET)}).status_code == 429


def test_password_mails_are_limited_for_everybody_alike(anna, mailoutbox):
    for asked in (anna.email, "nobody@example.org"):
        answers = [Client().post(reverse("password_reset"), {"email": asked}).status_code for _ in range(4)]
        assert answers == [302] * 3 + [429]
    assert len(mailoutbox) == 3


def test_nobody_learns_who_has_an_account(anna, account):
    switched_off = account("Author")
    switched_off.set_password(PASSWORD)
    switched_off.is_active = False
    switched_off.save()
    tries = [(anna.username, "wrong"), ("nobody@example.org", "wrong"), (switched_off.username, PASSWORD)]
    pages = [Client().post(LOGIN, {"login": name, "password": word}).content.decode() for name, word in tries]
    plain = [
        re.sub(r'value="[^"]{40,}"', "", page).replace(name, "") for page, (name, _) in zip(pages, tries, strict=True)
    ]
    assert plain[0] == plain[1] == plain[2]


@pytest.mark.parametrize("field", ["login", "password"])
def test_what_is_too_long_to_be_a_name_or_a_password_is_refused_before_it_is_hashed(client, field, monkeypatch):
    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.authenticate", lambda *args, **kwargs: 1 / 0)
    data = {"login": "anna@example.org", "password": PASSWORD} | {field: "ﬁ" * 5000}
    assert client.post(LOGIN, data).context["form"].errors.keys() == {field}


# --- sessions -----------------------------------------------------------------------------------------------------


def test_a_disabled_account_is_out_at_once(client, anna):
    sign_in(client, anna)
    assert is_in(client)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert sign_in(client, anna).status_code == 200


def test_an_account_disabled_between_password_and_code_stays_out(client, guarded):
    sign_in(client, guarded)
    User.objects.filter(pk=guarded.pk).update(is_active=False)
    client.post(CODE, {"code": code_of(SECRET)})
    assert not is_in(client)


def test_a_change_of_roles_acts_at_once(client, anna):
    client.force_login(anna)
    assert client.get("/admin/auth/user/").status_code == 200
    anna.groups.clear()
    assert client.get("/admin/auth/user/").status_code == 403


def test_the_key_of_a_session_changes_at_sign_in_and_the_cookie_ends_with_the_browser(client, guarded):
    sign_in(client, guarded)
    before = client.session.session_key
    answer = client.post(CODE, {"code": code_of(SECRET)})
    assert before != client.session.session_key
    assert not Session.objects.filter(pk=before).exists()
    assert answer.cookies["sessionid"]["max-age"] == ""


def later(monkeypatch, seconds):
    now = time.time()
    monkeypatch.setattr("cami_portal.sessions.time.time", lambda: now + seconds)


def test_use_puts_the_end_of_a_session_off_but_not_for_ever(client, anna, monkeypatch, settings):
    client.force_login(anna)
    assert is_in(client)
    first = Session.objects.get().expire_date
    later(monkeypatch, 60)
    assert is_in(client)
    assert Session.objects.get().expire_date == first
    later(monkeypatch, 3600)
    assert is_in(client)
    assert Session.objects.get().expire_date > first
    later(monkeypatch, settings.SESSION_LIMIT + 60)
    assert not is_in(client)
    assert Session.objects.count() == 0


def test_a_session_at_rest_ends(client, anna, settings):
    client.force_login(anna)
    client.get("/admin/")
    left = Session.objects.get().expire_date.timestamp() - time.time()
    assert settings.SESSION_COOKIE_AGE - 60 < left <= settings.SESSION_COOKIE_AGE == 12 * 3600


def test_one_signs_out_everywhere_else(client, anna, account):
    elsewhere, other = Client(), Client()
    for browser, user in [(client, anna), (elsewhere, anna), (other, account("Editor"))]:
        browser.force_login(user)
    client.post(reverse("sign_out_elsewhere"))
    assert [is_in(browser) for browser in (client, elsewhere, other)] == [True, False, True]


def test_a_change_of_the_password_ends_other_sessions(client, anna):
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(anna)
    new = {"new_password1": "yak-and-eagle-owl", "new_password2": "yak-and-eagle-owl"}
    client.post(reverse("admin:password_change"), {"old_password": PASSWORD} | new)
    assert [is_in(browser) for browser in (client, elsewhere)] == [True, False]


# --- doors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["https://evil.example.org/", "//evil.example.org", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client, anna, target):
    data = {"login": anna.username, "password": PASSWORD, "next": target}
    assert client.post(LOGIN, data)["Location"] == "/admin/"


CLOSED = [
    "",
    "signup/",
    "email/",
    "confirm-email/",
    "inactive/",
    "password/change/",
    "password/set/",
    "login/code/confirm/",
]
CLOSED += [
    "password/reset/",
    "social/",
    "sessions/",
    "3rdparty/",
    "2fa/",
    "two-factor/",
    "webauthn/",
    "sign-in/webauthn/",
]


@pytest.mark.parametrize("path", CLOSED)
def test_the_other_doors_of_allauth_do_not_exist(client, anna, path):
    assert client.get(f"/accounts/{path}", follow=True).status_code == 404
    client.force_login(anna)
    assert client.get(f"/accounts/{path}", follow=True).status_code == 404


def doors_of_accounts():
    (accounts,) = [one for one in get_resolver().url_patterns if str(one.pattern) == "accounts/"]
    return [pattern.name for pattern in accounts.url_patterns]


def test_no_page_of_signing_in_is_stored_and_none_has_anything_inline(client, guarded):
    client.force_login(guarded)
    client.post(CONFIRM, {"password": PASSWORD})
    for name in doors_of_accounts():
        args = ["MQ", "x-y"] if name == "password_reset_confirm" else []
        answer = client.get(reverse(name, args=args))
        assert "no-store" in answer["Cache-Control"], name
        assert "private" in answer["Cache-Control"], name
        assert "nonce" not in answer["Content-Security-Policy"], name
        assert not re.search(r" style=| on[a-z]+=|<style|<script>", answer.content.decode()), name


def test_the_language_of_the_desk_is_chosen_on_any_page(client, editor):
    client.force_login(editor)
    page = "/admin/news/article/?state=draft"
    answer = client.post(reverse("choose_language"), {"language": "ru", "next": page})
    assert (answer["Location"], answer.cookies["django_language"].value) == (page, "ru")
    assert '<html lang="ru"' in client.get(page).content.decode()
    assert '<html lang="ru"' in Client(headers={"accept-language": "ru"}).get(LOGIN).content.decode()


@pytest.mark.parametrize("sent", [{}, {"language": "de"}, {"language": "../x"}, {"language": "ru\0"}])
def test_no_other_language_is_taken(client, sent):
    answer = client.post(reverse("choose_language"), sent)
    assert (answer.status_code, answer.cookies.keys()) == (400, set())
    assert client.get(reverse("choose_language")).status_code == 405


def test_the_choice_of_a_language_leads_to_no_other_site(client):
    data = {"language": "ru", "next": "https://evil.example.org/"}
    assert client.post(reverse("choose_language"), data)["Location"].startswith("/")


def test_a_reader_touches_no_session(client, monkeypatch):
    monkeypatch.setattr(SessionStore, "load", lambda self: 1 / 0)
    client.cookies["sessionid"] = "a" * 32
    for page in ("/en/", "/en/nothing-here/", "/healthz"):
        answer = client.get(page)
        assert "Set-Cookie" not in answer
        assert "Cookie" not in answer.get("Vary", "")
