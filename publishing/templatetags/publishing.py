"""What templates say of content: texts in the reader's language, dates in words, the way to the other language."""

from functools import cache, lru_cache
from html import unescape

from django import template
from django.conf import settings
from django.template.defaultfilters import linebreaks_filter
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from .. import wording
from ..figures import with_pictures
from ..keeping import keep, keep_each, kept
from ..models import Page
from ..own_links import up_to_date
from ..structured_data import as_script, breadcrumbs
from ..text import RichTextField, safe_html
from ..wording import in_some_language

register = template.Library()

CHOICE = '<label class="option"><input type="checkbox" id="{}-{}" name="{}" value="{}"', "><span>{}</span> "
LOCALES = {"en": "en_GB", "ru": "ru_RU"}  # as social networks name them


@register.simple_tag
def say(item, field, label="short"):
    """A translated field inside a line; marked with its language, for programs and eyes, if not the reader's.

    ``label`` is "short", "whole" (for the title of a page) or "" (for what has no language, such as names of people).
    """
    text, language = in_some_language(item, field) if item else ("", "")
    return in_tongue(wording.typeset(text, language), language, label)


@register.simple_tag
def in_tongue(text, language, label="short"):
    """A text that is ready to be shown; marked with its language, as above."""
    if language in ("", translation.get_language()):
        return text
    marked = format_html('<span lang="{}">{}</span>', language, text)
    if not label:
        return marked
    return format_html('{} <span class="tongue">{}</span>', marked, wording.in_language(language, label == "short"))


@register.simple_tag
def language_of(item, field):
    """The language that a field is shown in, where that is not the reader's: for ``lang`` beside an attribute."""
    language = in_some_language(item, field)[1]
    return "" if language == translation.get_language() else language


@register.simple_tag
def say_block(item, field, after=None):
    """A translated field as a block; when it lacks a translation, that is said before it.

    Where the page has said so before the field ``after`` of the same item, it is not said again.
    """
    text, language = in_some_language(item, field) if item else ("", "")
    if not text:
        return ""
    if isinstance(item._meta.get_field(field), RichTextField):
        html = with_pictures(wording.typeset_html(up_to_date(safe_html(text)), language))
        html = mark_safe(html)  # noqa: S308 - cleaned when stored and, as SQL may have changed it, here
    else:
        html = linebreaks_filter(wording.typeset(text, language))
    if language == translation.get_language():
        return format_html('<div class="prose">{}</div>', html)
    if after and in_some_language(item, after)[1] == language:
        return format_html('<div class="prose" lang="{}">{}</div>', language, html)
    note = _("This text is not available in English yet; it is shown in Russian.")
    if language == "en":
        note = _("This text is not available in Russian yet; it is shown in English.")
    return format_html('<p class="untranslated">{}</p><div class="prose" lang="{}">{}</div>', note, language, html)


@register.simple_tag
def has(item, field):
    return bool(in_some_language(item, field)[0])


@cache
def labels(model, field):
    """``{value: label}`` of a field; the labels are in whatever language is active when they are shown."""
    return dict(model._meta.get_field(field).flatchoices)


@register.simple_tag
def choice(item, field):
    """A field's choice in words; ``get_…_display`` goes through all choices each time, at every row of a list."""
    value = getattr(item, field)
    return labels(type(item), field).get(value, value)


@register.simple_tag
def choices(field, options):
    """The boxes of a group of choices, written here since a template for each would take most of the page's time."""
    ticked, name, key = field.value() or [], field.html_name, field.auto_id
    boxes = []
    for option in options:
        box, label = unticked(key, name, option.value, str(option.label))
        checked = " checked" if option.active or option.value in ticked else ""
        number = "" if option.number is None else f'<span class="option-number">{option.number}</span>'
        boxes.append(f"{box}{checked}{label}{number}</label>")
    return mark_safe("".join(boxes))  # noqa: S308 - of numbers, and of what is escaped below


@lru_cache(maxsize=2000)
def unticked(key, name, value, label):
    """``(box, label)`` of a choice; there are few of them, in two languages."""
    box, text = CHOICE
    return format_html(box, key, value, name, value), format_html(text, label)


@register.simple_tag
def day(value, precision="day", since=False):
    """A date as far as it is known, in words that may follow "since"."""
    return time_element(value, precision, since, translation.get_language()) if value is not None else ""


@lru_cache(maxsize=2000)
def time_element(value, precision, since, language):
    """Days repeat, in a list and among lists; ``language`` is the active one."""
    machine, words = wording.machine_date(value, precision), wording.day_in_words(value, precision, since)
    return format_html('<time datetime="{}">{}</time>', machine, words)


@register.simple_tag
def dates(item):
    """The days, and hours if known, from an item's start to its end."""
    if item.start is None and item.end is None:
        return _("date to be announced") if hasattr(item, "start_time") else ""
    days = (item.start, item.start_precision, item.end, item.end_precision)
    element = range_element(*days, translation.get_language())
    if not getattr(item, "start_time", None):
        return element
    return format_html("{}, {}", element, wording.times_in_words(item.start_time, item.end_time, item.time_zone))


@lru_cache(maxsize=2000)
def range_element(start, start_precision, end, end_precision, language):
    """As ``time_element()``."""
    machine = wording.machine_date(start or end, start_precision if start else end_precision)
    words = wording.range_in_words(start, start_precision, end, end_precision)
    return format_html('<time datetime="{}">{}</time>', machine, words)


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


class KeepingNode(template.Node):
    def __init__(self, nodelist, key):
        self.nodelist, self.key = nodelist, key

    def render(self, context):
        key = [part.resolve(context) for part in self.key]
        if None in key:
            return self.nodelist.render(context)
        return keep(("part of a page", *key), lambda: self.nodelist.render(context))


@register.tag
def keeping(parser, token):
    """``{% keeping "name" variable … %}``: a part that depends on these, on the content and on the language alone.

    It is made once for an edition of the content (``keeping.py``); each time, if a variable is ``None``.
    """
    key = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    nodelist = parser.parse(["endkeeping"])
    parser.delete_first_token()
    return KeepingNode(nodelist, key)


@register.simple_tag(takes_context=True)
def rows(context, template, items, of=None, **options):
    """Each item by a template of its own, made once for an edition of the content: many pages share their rows.

    ``of`` is the list of which ``items`` are no more than keys; ``options`` are for the template.
    """
    draw = context.template.engine.get_template(template).render
    keys = [(template, item.pk, bool(of) or getattr(item, "noted_at", None), *options.items()) for item in items]
    by_key = dict(zip(keys, items, strict=True))

    def make(missing):
        wanted = [by_key[key] for key in missing]
        if of:
            whole = of.in_full([item.pk for item in wanted])
            wanted = [whole.get(item.pk) for item in wanted]
        return [draw(context.new({item._meta.model_name: item, **options})) if item else "" for item in wanted]

    # What a preview shows is nobody else's.
    made = make(keys) if context.get("preview") else keep_each(keys, make, "rows")
    return mark_safe("".join(made))  # noqa: S308 - of templates


@register.simple_tag(takes_context=True)
def row(context, template, item, **options):
    return rows(context, template, [item], **options)


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
