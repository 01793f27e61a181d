"""What Word, web pages and PDF files leave behind in text that somebody pastes, and how it is mended.

Nothing here makes text safe: ``text.py`` does, after it. Mended text is not changed by being mended again.
"""

import re
import unicodedata
from itertools import accumulate

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag

# --- characters ---------------------------------------------------------------------------------------------------

# C0 and C1 controls but tab and line ends, soft hyphens, spaces and joiners of no width, direction overrides, lone
# surrogates, anchors of objects and non-characters. One \x0b in a title is enough to break an Atom feed for everybody.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffc\ufffe\uffff\U000e0001-\U000e007f]"
)
# Persian needs joiners between its letters, and Arabic its marks of direction; beside ours they are only in the way.
JOINERS = re.compile("(?:(?<=[\x00-\u052f])|^)[\u200c-\u200f]+")
# What Word and PDF put instead of a line end, with the hyphen that may be hidden before it.
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
HIDDEN_HYPHENS = re.compile("\u00ad(?=\n)")
CHARACTERS = str.maketrans(
    {
        **{chr(0xFB00 + n): letters for n, letters in enumerate(["ff", "fi", "fl", "ffi", "ffl", "st", "st"])},
        **dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000", " "),
        **dict.fromkeys("\u2007\u202f", "\u00a0"),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict.fromkeys("\uf0a7\uf0a8\uf0b7\uf076\uf0d8\uf0fc", "•"),  # of the fonts Symbol and Wingdings
    }
)
DOUBLED_SPACES = re.compile("[ \u00a0]{2,}")


def mended_characters(value):
    """``value`` in composed form, with letters for ligatures, and without what is not seen; ``None`` becomes ``""``."""
    text = LINE_ENDS.sub("\n", str(value or "").translate(CHARACTERS))
    text = UNPRINTABLE.sub("", HIDDEN_HYPHENS.sub("-", text))
    return unicodedata.normalize("NFC", JOINERS.sub("", text))


# --- plain text ---------------------------------------------------------------------------------------------------

# A word broken at the end of a line. Compounds keep their hyphen: a missing one is as wrong as one too many.
BROKEN_WORD = re.compile(r"(?<!\w)([^\W\d_][a-zà-ÿа-яё]+)-\n *([a-zà-ÿа-яё]{2,})")
COMPOUND_BEGINS = re.compile(
    r"anti|co|cross|ex|follow|fresh|ground|half|high|inter|large|long|low|medium|mid|multi|near|non|off|on|over|pan"
    r"|post|pre|re|salt|self|semi|short|small|so|sub|trans|two|three|un|up|well|wide|world|year"
    r"|во|кое|по|пол|северо|юго|южно|восточно|западно|северно|центрально|научно|социально|что|как|кто|где|чуть"
)
COMPOUND_ENDS = re.compile(
    r"based|border|built|date|depth|driven|economic|ever|friendly|funded|going|known|led|level|made|making|operat\w*"
    r"|ordinat\w*|range|related|scale|site|specific|term|to|up|wide"
    r"|то|либо|нибудь|таки|за|под|запад\w*|восток\w*|восточн\w*|западн\w*"
)
LONG_LINE = 50  # characters; only a machine breaks a sentence there, addresses and lists are shorter


def joined_words(text):
    while (joined := BROKEN_WORD.sub(joined_word, text)) != text:
        text = joined
    return text


def joined_word(match):
    first, second = match[1].lower(), match[2]
    compound = COMPOUND_BEGINS.fullmatch(first) or COMPOUND_ENDS.fullmatch(second)
    hyphen = "-" if compound or f"{first}-{second}" in match.string else ""
    return f"{match[1]}{hyphen}{second}"


def mended_lines(text):
    """``text`` without doubled spaces, broken words and the line ends that a PDF puts inside its sentences."""
    text = joined_words(DOUBLED_SPACES.sub(" ", text))
    lines = []
    for line in (line.strip(" \u00a0") for line in text.split("\n")):
        before = lines[-1] if lines else ""
        if len(before) >= LONG_LINE and re.search(r"[^\W_],?$", before) and line[:1].islower():
            lines[-1] = f"{before} {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


# --- rich text ----------------------------------------------------------------------------------------------------

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
