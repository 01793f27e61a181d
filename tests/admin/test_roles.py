"""Every door of the admin and every role; and what each may do behind the doors that are open to it."""

import pytest
from django.contrib import admin
from django.template.backends.django import Template
from django.urls import URLPattern, get_resolver, reverse
from reversion.models import Version

from events.models import Event
from news.models import Article
from publishing.history import keep
from publishing.models import ChangeNote
from species.models import Range
from tests import factories as f
from tests.admin.test_screens import add_rows

pytestmark = pytest.mark.django_db

ROLES = ["Author", "Translator", "Editor", "Administrator"]
# v(iew), a(dd), c(hange), d(elete) for each of the roles above. The row is somebody else's and live.
RIGHTS = {
    "publishing.page": ["va", "vc", "vacd", "vacd"],
    "publishing.picture": ["va", "vc", "vacd", "vacd"],
    "publishing.source": ["va", "vc", "vacd", "vacd"],
    "publishing.changenote": ["v", "vc", "vcd", "vcd"],
    "publishing.formerslug": ["v", "v", "v", "v"],
    "publishing.tombstone": ["v", "v", "v", "v"],
    "publishing.checkedlink": ["v", "v", "v", "v"],
    "contacts.country": ["v", "vc", "vacd", "vacd"],
    "contacts.organisation": ["v", "vc", "vacd", "vacd"],
    "contacts.person": ["v", "vc", "vacd", "vacd"],
    "contacts.privatecontact": ["", "", "", "vacd"],
    "contacts.topic": ["v", "vc", "vacd", "vacd"],
    "contacts.role": ["v", "vc", "vacd", "vacd"],
    "species.rangestate": ["v", "vc", "vacd", "vacd"],
    "species.species": ["va", "vc", "vacd", "vacd"],
    "species.instrument": ["va", "vc", "vacd", "vacd"],
    "events.event": ["va", "vc", "vacd", "vacd"],
    "news.article": ["va", "vc", "vacd", "vacd"],
    "auth.user": ["", "", "", "vac"],
}
PAGES = {"changelist": "v", "add": "a", "history": "v", "delete": "d", "change": "v"}
PUBLISHABLE = ["publishing.page", "species.species", "species.instrument", "events.event", "news.article"]
# For those; and what is answered: a live item has its public page, and what was typed is not in an address.
PREVIEWS = {"preview": ("v", 302), "add_preview": ("a", 302), "share": ("d", 200)}
# Lists that can be exported by all who see them, and imported by those who publish.
EXCHANGED = [
    "contacts.organisation", "contacts.person", "contacts.role", "species.species", "events.event", "news.article",
]  # fmt: skip
BULK = {"import": ["Editor", "Administrator"], "export": ROLES}
# Of content, whose past is kept: d(elete) stands for all that needs the right to write the whole item.
PAST = {"compare": "v", "restore": "d", "bin": "d", "return": "d"}
# Doors that lead to no model; those that need more than an address have their own tests.
OTHERS = {
    "index": 200,
    "login": 302,  # to the desk: they are signed in
    "logout": 405,  # only a button leads out
    "password_change": 200,
    "password_change_done": 200,
    "jsi18n": 200,
    "autocomplete": 403,
    "publishing_checkedlink_check": 405,  # a button; who may press it: below
    "publishing_picture_choose": 200,
    "publishing_picture_ledger": 200,
    "view_on_site": None,
    "app_list": None,
    None: None,  # whatever else: 404; and the former form of addresses
}


def names_of_all_doors():
    patterns = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "app_name", "") == "admin"]
    names = set()
    while patterns:
        pattern = patterns.pop()
        if isinstance(pattern, URLPattern):
            names.add(pattern.name)
        else:
            patterns += pattern.url_patterns
    return names


def test_every_door_stands_in_the_tables_here():
    doors = {f"{label.replace('.', '_')}_{page}" for label in RIGHTS for page in PAGES}
    doors |= {f"{label.replace('.', '_')}_{page}" for label in PUBLISHABLE for page in PREVIEWS}
    doors |= {f"{label.replace('.', '_')}_{page}" for label in EXCHANGED for page in BULK}
    doors |= {f"{label.replace('.', '_')}_{page}" for label in RIGHTS if has_past(label) for page in PAST}
    assert names_of_all_doors() == doors | OTHERS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_doors_and_no_other(client, account, role, monkeypatch):
    add_rows()
    person = f.PersonFactory()
    f.PrivateContactFactory(person=person)
    client.force_login(account(role))
    monkeypatch.setattr(Template, "render", lambda *args, **kwargs: "")  # only the answer's status is asked for
    found, expected = {}, {}
    for label, rights in RIGHTS.items():
        pages = {page: (needed, 200) for page, needed in PAGES.items()}
        for page, (needed, status) in (pages | (PREVIEWS if label in PUBLISHABLE else {})).items():
            row = [] if page in ("changelist", "add", "add_preview") else [model_of(label).objects.first().pk]
            name = f"admin:{label.replace('.', '_')}_{page}"
            found[name] = client.get(reverse(name, args=row)).status_code
            expected[name] = status if needed in rights[ROLES.index(role)] else 403
        for page, address in past_of(label).items():
            found[address] = client.get(address).status_code
            expected[address] = 200 if PAST[page] in rights[ROLES.index(role)] else 403
    for name, roles in [(f"admin:{one.replace('.', '_')}_{page}", BULK[page]) for one in EXCHANGED for page in BULK]:
        found[name], expected[name] = client.get(reverse(name)).status_code, 200 if role in roles else 403
    for name in [name for name, status in OTHERS.items() if status]:
        found[name], expected[name] = client.get(reverse(f"admin:{name}")).status_code, OTHERS[name]
    assert found == expected


@pytest.mark.parametrize("role", ROLES)
def test_whoever_sees_events_sees_what_becomes_of_them_at_informea(client, account, roles, role):
    client.force_login(account(role))
    assert client.get(reverse("informea_check")).status_code == 200
    roles[role].permissions.clear()
    assert client.get(reverse("informea_check")).status_code == 403


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [403, 403, 302, 302], strict=True)))
def test_who_publishes_may_have_links_checked(client, account, role, status):
    client.force_login(account(role))
    assert client.post(reverse("admin:publishing_checkedlink_check")).status_code == status


def model_of(label):
    return next(model for model in admin.site._registry if model._meta.label_lower == label)


def has_past(label):
    return hasattr(admin.site.get_model_admin(model_of(label)), "bin_view")


def past_of(label):
    """The addresses of an item with two versions, and of one that was removed."""
    if not has_past(label):
        return {}
    item = model_of(label).objects.first()
    keep(item)
    keep(item)
    one, other = Version.objects.get_for_object(item).values_list("revision", flat=True)[:2]
    gone = Version.objects.get_for_object(item).first()
    gone.pk, gone.object_id = None, "1000000"
    gone.save()
    addresses = {"compare": [item.pk], "restore": [item.pk, one], "bin": [], "return": [gone.pk]}
    name = f"admin:{label.replace('.', '_')}"
    addresses = {page: reverse(f"{name}_{page}", args=args) for page, args in addresses.items()}
    return addresses | {"compare": f"{addresses['compare']}?from={other}&to={one}"}


def form_of(item):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


@pytest.fixture
def signed_in(client, account):
    def signed_in(*roles):
        client.user = account(*roles)
        client.force_login(client.user)
        return client

    return signed_in


ARTICLE = {"title_en": "A new herd", "date": "2026-11-02", "kind": "news"}


def test_an_author_writes_an_item_and_sends_it_for_review(
    signed_in, submit, account, mailoutbox, django_capture_on_commit_callbacks
):
    editor, _other = account("Editor"), account("Author", "Translator")
    author = signed_in("Author")
    submit(author, reverse("admin:news_article_add"), **ARTICLE)
    article = Article.objects.get()
    assert (article.author, article.state) == (author.user, "draft")
    submit(author, form_of(article), summary_en="Seen in the steppe.")
    with django_capture_on_commit_callbacks(execute=True):
        submit(author, form_of(article), _submit="1")
    article.refresh_from_db()
    assert (article.summary_en, article.state) == ("Seen in the steppe.", "submitted")
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([editor.email], "For review: A new herd")]
    assert f"http://testserver{form_of(article)}" in mailoutbox[0].body


def test_an_author_publishes_nothing_whatever_is_sent(signed_in, submit):
    author = signed_in("Author")
    forged = {"published_at_0": "2020-01-01", "published_at_1": "00:00", "_publish": "1"}
    submit(author, reverse("admin:news_article_add"), **ARTICLE, **forged)
    article = Article.objects.get()
    author.post(reverse("admin:news_article_changelist"), {"action": "publish", "_selected_action": [article.pk]})
    article.refresh_from_db()
    assert (article.published_at, article.state) == (None, "draft")


@pytest.mark.parametrize("state", ["live", "scheduled", "withdrawn", "expired", "not own"])
def test_an_author_changes_only_what_is_own_and_not_yet_approved(signed_in, state):
    author = signed_in("Author")
    fields = f.states()["draft" if state == "not own" else state]
    article = f.ArticleFactory(**fields, author=None if state == "not own" else author.user)
    assert author.get(form_of(article)).status_code == 200
    assert author.post(form_of(article), ARTICLE).status_code == 403
    assert author.post(reverse("admin:news_article_delete", args=[article.pk]), {"post": "yes"}).status_code == 403
    assert Article.objects.get().title_en == article.title_en


def test_a_translator_writes_russian_live_at_once_and_nothing_else(signed_in, submit):
    article = f.ArticleFactory(title_en="A herd", title_ru="Стадо", kind="project")
    forged = {"title_en": "Forged", "kind": "news", "slug": "forged", "published_at_0": "", "published_at_1": ""}
    submit(signed_in("Translator"), form_of(article), title_ru="Новое стадо", **forged)
    after = Article.objects.get()
    assert (after.title_ru, after.state) == ("Новое стадо", "live")
    assert (after.title_en, after.kind, after.slug) == ("A herd", "project", article.slug)


def test_a_translator_writes_the_russian_of_rows_and_neither_adds_nor_removes_one(signed_in, submit):
    species = f.RangeFactory(note_en="Winter range").species
    row = {"ranges-0-note_ru": "Зимний ареал", "ranges-0-presence": "extinct", "ranges-0-DELETE": "on"}
    added = {"ranges-TOTAL_FORMS": "2", "ranges-1-state": f.RangeStateFactory().pk, "ranges-1-presence": "resident"}
    submit(signed_in("Translator"), form_of(species), **row, **added)
    assert [(one.note_ru, one.presence) for one in Range.objects.all()] == [("Зимний ареал", "resident")]


def test_what_is_closed_to_a_translator_stays_open_to_an_editor(signed_in, submit):
    event = f.EventFactory()
    for role in ("Translator", "Editor"):
        submit(signed_in(role), form_of(event), start_time="10:00", time_zone="Asia/Dushanbe", change_note_en="Hours.")
        event.refresh_from_db()
        assert event.time_zone == ("" if role == "Translator" else "Asia/Dushanbe")
    assert [note.text_en for note in ChangeNote.objects.of(event)] == ["Hours."]


def test_who_is_author_and_translator_writes_own_drafts_and_the_russian_of_the_rest(signed_in, submit):
    both = signed_in("Author", "Translator")
    own, other = f.ArticleFactory(published_at=None, author=both.user), f.ArticleFactory()
    for article in (own, other):
        submit(both, form_of(article), title_en="Changed", title_ru="Изменено")
        article.refresh_from_db()
    assert [(article.title_en == "Changed", article.title_ru) for article in (own, other)] == [
        (True, "Изменено"),
        (False, "Изменено"),
    ]


def test_who_is_author_and_translator_adds_no_row_to_the_item_of_another(signed_in, submit):
    both, species, state = signed_in("Author", "Translator"), f.SpeciesFactory(), f.RangeStateFactory()
    row = {"ranges-0-state": state.pk, "ranges-0-presence": "resident", "ranges-0-source": f.SourceFactory().pk}
    submit(both, form_of(species), ["ranges"], **row, name_ru="Кулан")
    species.refresh_from_db()
    assert (species.name_ru, Range.objects.count()) == ("Кулан", 0)


def test_an_editor_publishes_with_one_button(signed_in, submit):
    editor = signed_in("Editor")
    submit(editor, reverse("admin:news_article_add"), **ARTICLE, summary_en="Seen in the steppe.", _publish="1")
    article = Article.objects.get()
    assert (article.state, article.author) == ("live", editor.user)
    assert 'name="_publish"' not in editor.get(form_of(article)).content.decode()


@pytest.mark.parametrize("make", [f.ArticleFactory, f.EventFactory, f.SpeciesFactory])
def test_an_editor_withdraws_with_one_button_and_reads_what_came_of_it(signed_in, submit, make):
    editor, item = signed_in("Editor"), make()
    answer = submit(editor, form_of(item), _withdraw="1")
    item.refresh_from_db()
    assert item.state == "withdrawn"
    assert "Withdrawn: readers no longer see it." in [str(message) for message in answer.context["messages"]]
    assert editor.get(item.get_absolute_url()).status_code == 404


def test_what_lacks_something_is_withdrawn_all_the_same(signed_in, submit):
    article = f.ArticleFactory()
    submit(signed_in("Editor"), form_of(article), _withdraw="1", summary_en="")
    article.refresh_from_db()
    assert (article.state, article.summary_en) == ("withdrawn", "")


@pytest.mark.parametrize("role", ["Author", "Translator"])
def test_nobody_else_withdraws(signed_in, submit, role):
    client = signed_in(role)
    for state, fields in f.states().items():
        article = f.ArticleFactory(author=client.user, **fields)
        assert 'name="_withdraw"' not in client.get(form_of(article)).content.decode()
        submit(client, form_of(article), _withdraw="1")
        article.refresh_from_db()
        assert article.state == state


def test_only_what_readers_see_or_will_see_has_the_button(signed_in):
    editor = signed_in("Editor")
    pages = {state: editor.get(form_of(f.ArticleFactory(**fields))) for state, fields in f.states().items()}
    offered = {state for state, page in pages.items() if 'name="_withdraw"' in page.content.decode()}
    assert offered == {"live", "scheduled"}


@pytest.mark.parametrize("button", [{}, {"_publish": "1"}])
def test_whoever_schedules_reads_when_it_will_be_public_and_can_look_at_it(signed_in, submit, button):
    editor, article = signed_in("Editor"), f.ArticleFactory(title_en="A herd", published_at=None)
    later = {"published_at_0": "2040-07-02", "published_at_1": "09:00"}
    said = [str(one) for one in submit(editor, form_of(article), **later, **button).context["messages"]]
    page = reverse("admin:news_article_preview", args=[article.pk])
    words = "It goes on the portal on 2 July 2040, 09:00 (Bonn time). Until then only editors see it:"
    assert said[0].replace("\N{NO-BREAK SPACE}", " ") == f'{words} <a href="{page}">A herd</a>'
    assert editor.get(page).status_code == 200
    again = submit(editor, form_of(article), title_ru="Стадо").context["messages"]
    assert len(said) - len(again) == 1


def test_an_item_for_review_keeps_its_author_and_is_told_once(
    signed_in, submit, mailoutbox, account, django_capture_on_commit_callbacks
):
    account("Editor")
    author = signed_in("Author")
    event = f.EventFactory(published_at=None, author=author.user)
    with django_capture_on_commit_callbacks(execute=True):
        submit(author, form_of(event), _submit="1")
        submit(author, form_of(event), _submit="1")
    assert len(mailoutbox) == 1
    assert Event.objects.get().author == author.user


def test_a_mail_server_that_is_away_undoes_nothing(
    signed_in, submit, settings, account, django_capture_on_commit_callbacks
):
    account("Editor")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    author = signed_in("Author")
    with django_capture_on_commit_callbacks(execute=True):
        answer = submit(author, reverse("admin:news_article_add"), **ARTICLE, _submit="1")
    assert (answer.status_code, Article.objects.get().state) == (200, "submitted")


def test_an_administrator_keeps_accounts_but_no_superuser(signed_in, submit, django_user_model, roles):
    boss = django_user_model.objects.create_superuser("boss@example.org", "boss@example.org")
    administrator = signed_in("Administrator")
    page = reverse("admin:auth_user_change", args=[boss.pk])
    assert administrator.post(page, {"email": "mine@example.org"}).status_code == 403
    password = administrator.post(f"/admin/auth/user/{boss.pk}/password/", {"password1": "mine", "password2": "mine"})
    assert (password.status_code, password["Location"]) == (302, f"/admin/auth/user/{boss.pk}/password/change/")
    forged = {"is_superuser": "on", "is_staff": "on"}
    submit(administrator, reverse("admin:auth_user_add"), email="a@example.org", groups=roles["Author"].pk, **forged)
    made = django_user_model.objects.get(email="a@example.org")
    assert (made.is_superuser, made.has_perm("news.add_article"), made.has_perm("publishing.publish")) == (
        False,
        True,
        False,
    )
