"""The seed as visitors meet it: every page of the fixtures in both languages, read like a browser and a reader would."""

import json
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import unquote, urldefrag, urljoin

import html5lib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

FIXTURES = sorted(settings.FIXTURE_DIRS[0].glob("*.json"))
ROWS = [row for path in FIXTURES for row in json.loads(path.read_text())]


@dataclass
class Seen:
    """What a page holds; ``texts`` is what a reader sees or hears in the page's own language."""

    status: int
    errors: list = field(default_factory=list)
    language: str = ""
    tags: Counter = field(default_factory=Counter)
    ids: Counter = field(default_factory=Counter)
    links: list = field(default_factory=list)
    texts: list = field(default_factory=list)

    def read(self, element, language):
        if not isinstance(element.tag, str):
            return
        attributes = element.attrib
        language = attributes.get("lang", language)
        self.tags[element.tag] += 1
        self.ids.update([attributes["id"]] if "id" in attributes else [])
        self.links += [attributes["href"]] if element.tag == "a" else []
        said = [element.text, *(attributes.get(name) for name in ("aria-label", "alt", "title"))]
        if element.tag == "meta" and attributes.get("name") == "description":
            said.append(attributes["content"])
        self.texts += [text for text in said if text] if language == self.language else []
        for child in element:
            self.read(child, language)
            self.texts += [child.tail] if child.tail and language == self.language else []


def visit(client, address):
    response = client.get(address)
    page = Seen(response.status_code)
    if page.status == 200 and response["Content-Type"].startswith("text/html"):
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        html = parser.parse(response.content, transport_encoding="utf-8")
        page.errors = [(position, error) for position, error, details in parser.errors]
        page.language = html.get("lang")
        page.read(html, page.language)
    return page
