"""What was changed between two texts, word by word."""

import html
import re
from difflib import SequenceMatcher

from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join

BLOCK = re.compile(r"</?(?:p|h[1-6]|li|ul|ol|blockquote|tr|table)\b[^>]*>|<br\b[^>]*>")
LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
TAG = re.compile(r"</?[a-z][^>]*>")
MOST = 2000  # words on either side that are compared; longer passages count as replaced as a whole
AROUND = 12  # words shown on either side of a change
LONGEST = 150  # words shown of one change


def readable(rich_text):
    """Formatted text as plain text: a line for each block, the address behind each link."""
    text = LINK.sub(r"\2 (\1)", rich_text)
    text = html.unescape(TAG.sub("", BLOCK.sub("\n", text.replace("</td>", " ").replace("</th>", " "))))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def words_of(text):
    """The words of ``text``, the end of a line being one of them."""
    return re.findall(r"[^\S\n]*\n\s*|\S+", text)


def same_ends(old, new):
    """How many words two lists share at their beginnings, and how many of the rest at their ends."""
    limit = min(len(old), len(new))
    start = next((i for i in range(limit) if old[i] != new[i]), limit)
    rest = limit - start
    return start, next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)


def in_line(words):
    """Words as HTML, escaped; line ends stay line ends."""
    return linebreaksbr(" ".join("\n" if word.isspace() else word for word in words))


def shortened(words, first, last):
    """What is the same, but for its middle when that is long; ``first`` and ``last``: nothing changed on that side."""
    before, after = (0 if first else AROUND), (0 if last else AROUND)
    if len(words) <= before + after + 1:
        return in_line(words)
    kept = [in_line(words[:before]), "…", in_line(words[len(words) - after :])]
    return format_html_join(" ", "{}", [(part,) for part in kept if part])


def difference(old, new):
    """Two plain texts as one piece of HTML: ``<del>`` what went, ``<ins>`` what came, and some words around."""
    old, new = words_of(old), words_of(new)
    start, end = same_ends(old, new)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(middle_old), len(middle_new)) > MOST:
        steps = [("replace", 0, len(middle_old), 0, len(middle_new))]
    else:
        # Its heuristic for frequent words bounds the time that a text of a few words in thousands of places takes.
        steps = SequenceMatcher(None, middle_old, middle_new).get_opcodes()
    parts = [shortened(old[:start], first=True, last=False)] if start else []
    for kind, old_from, old_to, new_from, new_to in steps:
        if kind == "equal":
            parts.append(shortened(middle_old[old_from:old_to], first=False, last=False))
        else:
            parts += [
                format_html(f"<{tag}>{{}}</{tag}>", in_line(words[:LONGEST] + ["…"] * (len(words) > LONGEST)))
                for tag, words in (("del", middle_old[old_from:old_to]), ("ins", middle_new[new_from:new_to]))
                if words
            ]
    if end:
        parts.append(shortened(old[len(old) - end :], first=False, last=True))
    return format_html_join(" ", "{}", [(part,) for part in parts])
