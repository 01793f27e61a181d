"""Formatted text that somebody pastes, said with the few tags that the portal has (``pasting.py`` mends its letters).

It is only needed where something is saved, and brings a parser along: ``text.py`` imports it there.
"""

import re
from itertools import accumulate

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag

from .pasting import joined_words, mended_characters

RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
FRAMES = [  # what only groups text: its parts remain as paragraphs
    "div", "section", "article", "header", "footer", "main", "aside", "center", "address", "figure", "figcaption",
    "caption", "dl", "dt", "dd", "pre", "body",
]  # fmt: skip
BLOCKS = {"p", "h2", "h3", "ul", "ol", "li", "blockquote", "table", "tbody", "tr", "th", "td", *FRAMES}
DROPPED_IF_EMPTY = ["strong", "em", "sub", "sup", "a", "p", "h2", "h3", "li", "ul", "ol", "blockquote"]
CONTENTS = ["img", "figure", "td", "th"]  # what makes a tag without text not empty
BULLET = re.compile(r"^\s*(?:[·•▪●◦‣]\s*|o[ \u00a0]{2,}|[-–—][ \u00a0]{3,})(?=\S)")
NUMBER = re.compile(r"^\s*(\d{1,2})[.)][ \u00a0]{2,}(?=\S)")
SPACE = re.compile("[ \t\n\u00a0]+")
MOST_TAGS, DEEPEST = 10_000, 60  # what goes beyond them nobody wrote; it is made safe and not mended
OPEN_OR_CLOSE = re.compile("<(/?)(?!br|img)[a-z]")


def depth(html):
    """How deep the tags of well-formed ``html`` stand in each other."""
    return max(accumulate(-1 if match[1] else 1 for match in OPEN_OR_CLOSE.finditer(html)), default=0)


def holds_block(tag):
    return any(getattr(child, "name", None) in BLOCKS for child in tag.descendants)


def mended_html(value, tags, attributes):
    """``value`` said with ``tags`` as far as it can be, no word of it lost."""
    html = nh3.clean(
        value,
        tags=tags | RENAMED.keys() | {"span", "font", "thead", "tfoot", *FRAMES},
        attributes=attributes | {tag: {"style"} for tag in ("span", "font", "b", "i", "strong", "em")},
        url_schemes={"http", "https", "mailto", "tel"},
        clean_content_tags={"script", "style", "title", "xml"},
        filter_style_properties={"font-weight", "font-style", "vertical-align"},
    )
    if html.count("<") > MOST_TAGS or depth(html) > DEEPEST:
        return html
    root = BeautifulSoup(f"<div>{html}</div>", "html.parser").div
    for mend in (styles, names, tables, frames, anchors, broken_words, lists, spaces, empty):
        mend(root)
    return root.decode_contents()


def styles(root):
    """Bold, italic, raised and lowered letters that are said in a ``style`` only."""
    for tag in root.find_all(style=True):
        style = tag.attrs.pop("style").replace(" ", "")
        if (tag.name in ("b", "strong") and re.search("(?:^|;)font-weight:(?:normal|[1-4]00)", style)) or (
            tag.name in ("i", "em") and "font-style:normal" in style
        ):
            tag.name = "span"
        for pattern, name in (
            ("font-weight:(?:bold|[6-9]00)", "strong"),
            ("font-style:(?:italic|oblique)", "em"),
            ("vertical-align:super", "sup"),
            ("vertical-align:sub", "sub"),
        ):
            if re.search(pattern, style) and tag.name not in (name, {"strong": "b", "em": "i"}.get(name)):
                inner = Tag(name=name)
                inner.extend(list(tag.contents))
                tag.append(inner)


def names(root):
    for tag in root.find_all(["span", "font"]):
        tag.unwrap()
    for tag in root.find_all(list(RENAMED)):
        tag.name = RENAMED[tag.name]


def tables(root):
    """A table inside a table becomes paragraphs; heads and captions find their place."""
    for table in root.find_all("table"):
        if table.find_parent("table"):
            for tag in table.find_all(["thead", "tbody", "tfoot", "tr", "td", "th"]):
                tag.name = "div"
            table.name = "div"
    for table in root.find_all("table"):
        for caption in table.find_all("caption"):
            table.insert_before(caption.extract())
        for group in table.find_all(["thead", "tbody", "tfoot"]):
            group.unwrap()


def frames(root):
    """Frames become the paragraphs that they hold; so does text that stands loose between other blocks."""
    for frame in reversed(root.find_all(FRAMES)):  # from the innermost
        if frame.has_attr("data-picture"):  # one of the portal's own
            continue
        if holds_block(frame):
            paragraphs(frame)
            frame.unwrap()
        else:
            frame.name = "p"
    if holds_block(root):
        paragraphs(root)
    for tag in root.find_all("p"):
        if holds_block(tag):  # a paragraph holds no other block
            paragraphs(tag)
            tag.unwrap()


def paragraphs(frame):
    """Wrap what stands loose between the blocks of ``frame``."""
    loose = []
    for child in [*frame.contents, None]:
        if child is not None and getattr(child, "name", None) not in BLOCKS:
            loose.append(child)
            continue
        if any(str(one).strip() for one in loose):
            paragraph = Tag(name="p")
            loose[0].insert_before(paragraph)
            paragraph.extend(loose)
        loose = []


def anchors(root):
    """Bookmarks and ways to them lead nowhere here; of a footnote its sign remains."""
    for link in root.find_all("a"):
        if not link.get("href", "").strip() or link["href"].startswith("#"):
            link.unwrap()
        elif not link.get("title", "-").strip():
            del link["title"]
    root.smooth()


def broken_words(root):
    for line_break in root.find_all("br"):
        before, after = line_break.previous_sibling, line_break.next_sibling
        if isinstance(before, NavigableString) and isinstance(after, NavigableString):
            text = f"{before}\n{after}"
            if (mended := joined_words(text)) != text and "\n" not in mended:
                after.extract()
                line_break.extract()
                before.replace_with(mended)


def lists(root):
    """Paragraphs that begin with a bullet, or with numbers from 1 on, are the entries of a list."""
    for pattern, name in ((BULLET, "ul"), (NUMBER, "ol")):
        expected = made = None
        for paragraph in root.find_all("p"):
            text = next((one for one in paragraph.descendants if isinstance(one, NavigableString)), None)
            match = text and pattern.match(text)
            if not match or paragraph.parent.name in ("li",):
                continue
            number = int(match[1]) if name == "ol" else None
            if made is None or paragraph.find_previous_sibling() is not made or number != expected:
                if number not in (None, 1):
                    continue
                made = Tag(name=name)
                paragraph.insert_before(made)
            text.replace_with(text[match.end() :])
            entry = Tag(name="li")
            entry.append(paragraph.extract())
            made.append(entry)
            expected = number and number + 1


def spaces(root):
    for text in root.find_all(string=True):
        mended = mended_characters(text)
        if mended.strip() or "\n" not in mended:
            mended = joined_words(mended)
            mended = SPACE.sub(lambda match: match[0] if match[0] == "\u00a0" else " ", mended)
        if mended != text:
            text.replace_with(mended)


def empty(root):
    for tag in reversed(root.find_all(DROPPED_IF_EMPTY)):
        if not tag.get_text().strip() and not tag.find(CONTENTS):
            if tag.name in ("strong", "em", "sub", "sup", "a"):
                tag.unwrap()
            else:
                tag.decompose()
