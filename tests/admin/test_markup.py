"""Whatever staff type stays text: on public pages, in lists, forms, histories and deletions of the admin."""

import itertools

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from events.models import Document, Event
from publishing.text import CleanText
from tests import factories as f

pytestmark = pytest.mark.django_db

NASTY = [
    "<script>alert('cami-x')</script>",
    '"><img src=x onerror=alert("cami-x")>',
    "'><svg/onload=alert('cami-x')>",
    '<a href="java\tscript:alert(1)">cami-x</a><a href="&#106;avascript:alert(1)">y</a><a href="data:text/html,x"></a>',
    "<iframe srcdoc='<script>1</script>'></iframe><math><mi xlink:href='javascript:1'>cami-x</mi></math>",
    "<p style='background:url(javascript:1)' onclick='cami()'>cami-x</p><style>*{}</style><base href='//evil.example'>",
    "</textarea></title></script><script>cami()</script><form action='//evil.example'><input autofocus onfocus=cami()>",
    "<noscript><p title='</noscript><img src=x onerror=cami()>'>cami-x",
    "{{ 7|add:7 }}{% load i18n %}\\u003cscript\\u003ecami-x",
    "&lt;script&gt;cami()&lt;/script&gt;<!--><script>cami()</script>-->",
]
SCHEMES = ("javascript:", "data:", "vbscript:")


def live_markup(page):
    """What could run or lead astray in a page, if it comes from what was typed."""
    found = []
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        for name, value in tag.attrs.items():
            text = "".join(str(value).split()).lower()
            if name.startswith("on") or name in ("srcdoc", "style"):
                found.append((tag.name, name, value))
            if name in ("href", "src", "action", "formaction", "xlink:href") and (
                text.startswith(SCHEMES) or "evil.example" in text
            ):
                found.append((tag.name, name, value))
        outsider = tag.name in ("iframe", "object", "embed", "base", "style", "math", "form", "input", "img", "svg")
        if tag.name == "script" and "cami" in tag.text and tag.get("type") != "application/ld+json":
            found.append((tag.name, tag.text))
        if outsider and tag.find_parent(class_="prose"):
            found.append((tag.name, str(tag)))
    return found


def texts_of(item):
    """Something to type into every text field of a form: all of it, or in turn what the field takes."""
    fields = [field for field in item._meta.fields if isinstance(field, CleanText) and field.editable]
    turn = itertools.cycle(NASTY)
    return {one.name: next(turn)[: one.max_length] if one.max_length else "\n".join(NASTY) for one in fields}


@pytest.fixture
def items():
    person = f.PersonFactory(organisation=f.OrganisationFactory())
    assignment = f.AssignmentFactory(person=person)
    article, event = f.ArticleFactory(kind="in-the-press"), f.EventFactory()
    article.people.add(person)
    Document.objects.create(event=event, title="x", link="https://www.cms.int/")
    return [article, event, person, assignment.role, person.organisation, f.SpeciesFactory(), f.SourceFactory()]


def test_nothing_that_staff_type_is_live_markup(client, django_user_model, submit, items):
    client.force_login(django_user_model.objects.create_superuser("boss@example.org"))
    addresses = ["/en/", "/ru/", "/en/sources/", "/admin/"]
    for item in items:
        form = reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])
        document = {"documents-0-title": NASTY[1]} if isinstance(item, Event) else {}
        answer = submit(client, form, **texts_of(item), **document)
        assert answer.redirect_chain, (form, answer.context["errors"])
        admin = form.removesuffix("change/")
        addresses += [form, f"{admin}history/", f"{admin}delete/", form.rpartition(f"{item.pk}/")[0]]
        if hasattr(item, "get_absolute_url"):
            page = item.get_absolute_url()
            addresses += [page, page.replace("/en/", "/ru/", 1), page.rstrip("/").rpartition("/")[0] + "/"]
    pages = {address: client.get(address, follow=True).content.decode() for address in addresses}
    assert [address for address, page in pages.items() if "cami-x" not in page] == []
    found = {address: live_markup(page) for address, page in pages.items()}
    assert {address: markup for address, markup in found.items() if markup} == {}
