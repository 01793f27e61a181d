"""Words as the index holds them: without case, accents and endings, Latin ones by the English stemmer, Cyrillic ones by
the Russian one.
"""

import functools
import html
import re
import unicodedata

import snowballstemmer
from django.utils.html import strip_tags

SPELLED = range(3, 25)  # letters of a word that may be completed or corrected
LONGEST = 40  # characters of a word that tell it from others
# Letters or digits, so that "CoP17" and "COP 17" are alike; inside a word accents, apostrophes and soft hyphens.
MARKS = "\u0300-\u036f\u00ad'’‘ʼʻ`´"
WORD = re.compile(rf"[^\W\d_]+(?:[{MARKS}]+[^\W\d_]+)*[\u0300-\u036f]*|\d+")
# The stemmer takes the end of Казахстан and дзерен for that of a participle, in Казахстане and дзеренов it does not.
PARTICIPLE = re.compile(r"(?<=\w{3})(?:(?<=[ая])н|ен)+$")
TAG = re.compile(r"<[^>]*>")
INLINE = re.compile(r"</?(?:a|strong|em|su[bp])\b[^>]*>")  # within words and sentences

# Words that say nothing of what is looked for; those of questions among them.
FUNCTION_WORDS = frozenset(
    """
    a an and any are as at be been by can could did do does for from had has have how i in is it its many me much of
    on or our should tell than that the their them there these this those to was we were what when where which who
    whom whose why will with would you your
    а бы был была были было быть в вам вас весь во вот все всё где да для до его ее её если есть еще ещё же за и из
    или им их к как какая какие какое какой каком каких ко когда кого кому которая которые которое который кто куда
    ли мне мы на над нам нас не ним них но о об обо он она они оно от по под почему при с сколько со так там то
    только у уже чего чем чему что чтобы эта эти это этот я
    """.split()  # noqa: SIM905 - read as a text
)


def comparable(text):
    """``text`` without case, accents and tags, with ``е`` for ``ё``."""
    return re.sub(r"\s+", " ", bare(html.unescape(strip_tags(text.replace("<", " <"))))).strip()


def bare(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # й is и with a breve: a letter of its own, unlike the accents that are dropped.
    return "".join(c for c in decomposed.replace("и\u0306", "й") if not unicodedata.combining(c))


def plain(rich):
    """The words of formatted text, which is clean since it was stored."""
    return html.unescape(TAG.sub(" ", INLINE.sub("", rich)))


@functools.lru_cache(maxsize=1)
def stemmers():
    return snowballstemmer.stemmer("english").stemWord, snowballstemmer.stemmer("russian").stemWord


@functools.lru_cache(maxsize=10_000)
def fold(word):
    """One word as it stands in a text without its case, accents and apostrophes."""
    return "".join(c for c in bare(word) if c.isalnum())[:LONGEST]


@functools.lru_cache(maxsize=50_000)
def stem(word):
    """What the forms of one word as it stands in a text have in common."""
    word = fold(word)
    english, russian = stemmers()
    return PARTICIPLE.sub("", russian(word)) if re.match("[а-я]", word) else english(word)


def words_in(text):
    return WORD.findall(text)


def stems_in(text):
    return [one for word in WORD.findall(text) if (one := stem(word))]


@functools.lru_cache(maxsize=500)
def read(text):
    """``(stems, {word as spelled: its stem})`` of a text; it is often read again when only what is round it moves."""
    words = words_in(text)
    spelled = {fold(word): stem(word) for word in words if not is_function_word(word)}
    return tuple(filter(None, map(stem, words))), {
        w: s for w, s in spelled.items() if w.isalpha() and len(w) in SPELLED
    }


def is_function_word(word):
    return word.casefold() in FUNCTION_WORDS


def slips_between(word, other):
    """How many letters too many, missing, wrong, or neighbours that changed places make ``other`` of ``word``."""
    before, last = None, list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, one in enumerate(other, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != one)))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == one:
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]
