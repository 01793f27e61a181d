import pytest
from bs4 import BeautifulSoup, SoupStrainer
from django.contrib.auth.models import User


@pytest.fixture
def account(roles):
    """Make an account of these roles: ``account("Author", "Translator")``."""

    def account(*names):
        email = f"{'-'.join(names).lower()}@example.org"
        user = User.objects.create(username=email, email=email, is_staff=True)
        user.groups.set([roles[name] for name in names])
        return user

    return account


@pytest.fixture
def editor(account):
    return account("Editor")


@pytest.fixture
def editing(client, editor):
    """A client signed in as an editor."""
    client.force_login(editor)
    return client


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def fields_of(page):
    """What a browser would send for the form of ``page`` as it stands."""
    only = SoupStrainer(["input", "select", "textarea"], attrs={"name": True})
    data = {}
    for field in BeautifulSoup(page.content.decode(), "html.parser", parse_only=only):
        name, kind = field["name"], field.get("type")
        if "__prefix__" in name or kind in ("submit", "file") or (kind == "checkbox" and not field.has_attr("checked")):
            continue
        if field.name == "select":
            data[name] = [option["value"] for option in field.select("option[selected]")]
        else:
            unsaid = "on" if kind == "checkbox" else ""
            data[name] = field.text.removeprefix("\n") if field.name == "textarea" else field.get("value", unsaid)
    return data


@pytest.fixture
def submit():
    """Open a form of the admin, change some fields (a new row in each of ``inlines``), save; the answer to that."""

    def submit(client, url, inlines=(), **values):
        rows = {f"{prefix}-TOTAL_FORMS": 1 for prefix in inlines}
        return client.post(url, fields_of(client.get(url)) | rows | values, follow=True)

    return submit


@pytest.fixture
def errors():
    """The messages of an answer by the field they stand beside, in its form and its rows."""

    def errors(response):
        forms = [response.context["adminform"].form]
        for inline in response.context["inline_admin_formsets"]:
            forms += inline.formset.forms
        return {form.add_prefix(field): messages[0] for form in forms for field, messages in form.errors.items()}

    return errors
