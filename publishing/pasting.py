"""What Word, web pages and PDF files leave behind in text that somebody pastes, and how it is mended.

Nothing here makes text safe: ``text.py`` does, after it. Mended text is not changed by being mended again.
"""

import re
import unicodedata

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
