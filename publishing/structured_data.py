"""What pages say to machines, in the words of schema.org (JSON-LD).

A model says what it is in ``structured_data(absolute, shown)``, a plain dict: ``absolute`` makes a whole address of a
path, ``shown`` is what its page fetched to show beside it. A view that has more to say, or shows no item, gives a list
of such dicts as ``structured_data`` in its context. The tag ``structured_data`` says where they stand.
"""

import json

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext

# What could end the script, or a line of it; JSON knows them by their numbers too.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def recorded(**properties):
    """The properties that have a value: what is not recorded is not said."""
    return {name: value for name, value in properties.items() if value}


def references(items, absolute):
    return [item.reference(absolute) for item in items or ()]


def language_of(item):
    """The language in which the page shows ``item``: the reader's, if the item exists in it."""
    current = get_language()
    return current if current in item.languages else item.languages[0]


def portal(absolute):
    return {
        "@type": "Organization",
        "@id": absolute("/#initiative"),
        "name": gettext("Central Asian Mammals Initiative"),
        "url": absolute(reverse("home")),
        "logo": absolute(static("portal/img/icon-512.png")),
    }


def website(absolute):
    home = reverse("home")
    return {
        "@type": "WebSite",
        "@id": absolute("/#website"),
        "name": gettext("Central Asian Mammals Initiative"),
        "url": absolute(home),
        "inLanguage": get_language(),
        "publisher": portal(absolute),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": absolute(reverse("search")) + "?q={words}"},
            "query-input": "required name=words",
        },
    }


def breadcrumbs(steps, absolute):
    """The way from the home page: ``steps`` are ``[(title, path), …]``, the last one is the page itself."""
    ways = [
        {"@type": "ListItem", "position": number, "name": str(title), "item": absolute(path)}
        for number, (title, path) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": ways}


def as_script(nodes):
    data = {"@context": "https://schema.org", "@graph": nodes}
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308 - see ESCAPES
