"""What readers are promised: no cookie, nothing inline, nothing from elsewhere."""

import pytest

from tests import factories as f

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'none'",
    *{f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect", "manifest")},
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/en/",
        "/ru/news/",
        "/en/news/?species=x",
        "/en/search/?q=x",
        "/en/nothing/",
        "/en/data/",
        "/data/x",
        "/healthz",
        "/readyz",
        "/preview/x/",
    ],
)
def test_readers_get_the_strict_policy_and_no_cookie(client, path):
    response = client.get(path)
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "") or path == "/"


def test_an_error_page_is_never_kept(client):
    assert client.get("/en/nothing/").headers["Cache-Control"] == "no-store"


def test_an_organisation_names_no_people(client):
    person = f.PersonFactory(family_name_en="Undisclosed", organisation=f.OrganisationFactory(slug="o"))
    f.FocalPointFactory(person=person)
    assert "Undisclosed" not in client.get("/en/contacts/organisations/o/").content.decode()
