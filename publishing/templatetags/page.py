"""What each page says of itself and where it leads: the menu, the other language, what machines and networks read."""

from html import unescape

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from ..keeping import kept
from ..models import Page
from ..structured_data import as_script, breadcrumbs

register = template.Library()

LOCALES = {"en": "en_GB", "ru": "ru_RU"}  # as social networks name them


@kept
def pages_by_place():
    """``{place: [Page, …]}`` of the published standing pages."""
    pages = (
        Page.objects.published().exclude(place=Page.Place.NONE).only("slug", "place", "title", "title_en", "title_ru")
    )
    return {place: [page for page in pages if page.place == place] for place in Page.Place}


@register.simple_tag
def navigation(place):
    """The published standing pages that have their place there."""
    return pages_by_place()[place]


@register.simple_tag(takes_context=True)
def switch_language(context):
    """The other language and this page's address in it; the home page's, where there is no request."""
    if preview := context.get("preview"):
        return preview["switch"]
    current = translation.get_language()
    code = next(code for code, name in settings.LANGUAGES if code != current)
    name = translation.get_language_info(code)["name_local"]
    request = context.get("request")
    url = in_other_language(request.get_full_path(), code) if request else f"/{code}/"
    return {"code": code, "name": name.capitalize(), "url": url}


@register.simple_block_tag
def plain_text(content):
    """What a block says, to be used more than once; a variable of it is escaped wherever it stands."""
    return " ".join(unescape(content).split())


def in_other_language(path, code):
    """Addresses differ in their language alone, so none has to be looked up."""
    before, current, after = path.partition(f"/{translation.get_language()}/")
    return f"{before}/{code}/{after}" if current else path


def languages(item):
    """The codes of the languages that a page exists in: those of its item, if it shows one."""
    return getattr(item, "languages", [code for code, name in settings.LANGUAGES])


def own_path(context):
    """The path of this page; the further pages of a list have addresses of their own, its filters have not."""
    path, page = context["request"].path, context.get("page_obj")
    if page and page.number > 1 and not context["filter"].values:
        return f"{path}?page={page.number}"
    return path


@register.simple_tag(takes_context=True)
def alternates(context):
    """``<link rel="alternate" hreflang>`` for this page in each language it exists in, and its canonical address.

    Where there is a choice, the address without a language leads everybody else to the one that they read. What is
    shown in the other language, for want of this one, has its canonical address there.
    """
    request = context.get("request")
    if request is None:
        return ""
    path, current = own_path(context), translation.get_language()
    paths = {code: in_other_language(path, code) for code in languages(context.get("object"))}
    canonical = paths.get(current) or next(iter(paths.values()))
    if len(paths) > 1:
        paths["x-default"] = path.removeprefix(f"/{current}")
    links = [(code, request.build_absolute_uri(path)) for code, path in paths.items()]
    canonical = format_html('<link rel="canonical" href="{}">', request.build_absolute_uri(canonical))
    return canonical + format_html_join("", '<link rel="alternate" hreflang="{}" href="{}">', links)


@register.simple_tag(takes_context=True)
def structured_data(context):
    """What this page shows, for machines: its item, what its view adds, and the way here from the home page."""
    request, item = context.get("request"), context.get("object")
    if request is None:
        return ""
    absolute = request.build_absolute_uri
    nodes = [item.structured_data(absolute, context)] if item else []
    nodes += context.get("structured_data", [])
    if request.path != reverse("home"):
        steps = [
            (_("Central Asian Mammals Initiative"), reverse("home")),
            *((title, reverse(name)) for name, title in context.get("trail", [])),
            (item or context["page_title"], own_path(context)),
        ]
        nodes.append(breadcrumbs(steps, absolute))
    return as_script(nodes)


@register.simple_tag(takes_context=True)
def share_card(context):
    """How a link to this page looks where people share it; ``None`` for an error page.

    Its picture is that of the item, else the landscape of a species, else the portal's: those are drawn by
    ``manage.py share_cards``.
    """
    request, item = context.get("request"), context.get("object")
    if request is None:
        return None
    current = translation.get_language()
    picture, landscape = getattr(item, "picture", None), getattr(item, "habitat", f"portal-{current}")
    if picture:
        image = picture.shared | {"alt": picture.alt}
    else:
        alt = _("A landscape of Central Asia with the tracks of an animal, and the name of the initiative")
        image = {"image": static(f"portal/img/share/{landscape}.png"), "width": 1200, "height": 630, "alt": alt}
    return image | {
        "image": request.build_absolute_uri(image["image"]),
        "url": request.build_absolute_uri(own_path(context)),
        "type": "article" if hasattr(item, "published_at") else "website",
        "changed": item.changed.isoformat(timespec="seconds") if hasattr(item, "published_at") else "",
        "locale": LOCALES[current],
        "other_locales": [LOCALES[code] for code in languages(item) if code != current],
    }
