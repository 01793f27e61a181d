import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User

from cami_portal.accounts import editors


@pytest.fixture
def editor(db):
    user = User.objects.create(username="editor@example.org", email="editor@example.org", is_staff=True)
    user.groups.add(editors())
    return user


@pytest.fixture
def editing(client, editor):
    """A client signed in as an editor."""
    client.force_login(editor)
    return client


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def soup_of(response):
    return BeautifulSoup(response.content.decode(), "html5lib")


def fields_of(form):
    """What a browser would send for ``form`` as it stands."""
    data = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        name, kind = field["name"], field.get("type")
        if "__prefix__" in name or kind in ("submit", "file") or (kind == "checkbox" and not field.has_attr("checked")):
            continue
        if field.name == "select":
            data[name] = [option["value"] for option in field.select("option[selected]")]
        else:
            data[name] = field.text.removeprefix("\n") if field.name == "textarea" else field.get("value", "")
    return data


@pytest.fixture
def submit():
    """Open a form of the admin, change some fields, save; the page that follows."""

    def submit(client, url, inlines=(), **values):
        form = soup_of(client.get(url)).select_one("#content form[id$=_form]")
        data = fields_of(form) | {f"{prefix}-TOTAL_FORMS": 1 for prefix in inlines} | values
        response = client.post(url, data, follow=True)
        return soup_of(response)

    return submit


@pytest.fixture
def errors():
    """The messages of a page by the field they stand beside, in its form and its inlines."""

    def errors(soup):
        return {
            field["name"]: message.text
            for message in soup.select("#content ul.errorlist li")
            if (field := message.find_next(["input", "select", "textarea"], attrs={"name": True}))
        }

    return errors
