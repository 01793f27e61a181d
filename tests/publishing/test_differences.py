"""A change in a text is shown word by word, as safe markup, in a bounded time."""

import time

import pytest

from publishing.differences import difference, readable


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Two herds of saiga", "Three herds of saiga", "<del>Two</del> <ins>Three</ins> herds of saiga"),
        ("Seen in May", "Seen early in May", "Seen <ins>early</ins> in May"),
        ("Seen in May", "", "<del>Seen in May</del>"),
        ("One\nTwo", "One\nThree", "One <br> <del>Two</del> <ins>Three</ins>"),
        ("a <b>", "a <script>", "a <del>&lt;b&gt;</del> <ins>&lt;script&gt;</ins>"),
        ("a {} %s", "a {0}", "a <del>{} %s</del> <ins>{0}</ins>"),
    ],
)
def test_what_went_is_struck_out_and_what_came_is_marked(old, new, shown):
    assert difference(old, new) == shown


def test_of_what_is_the_same_only_the_words_around_a_change_are_shown():
    words = " ".join(str(number) for number in range(100))
    shown = difference(f"{words} old {words}", f"{words} new {words}")
    assert shown.startswith("… 88 89 ")
    assert shown.endswith(" 10 11 …")
    assert "99 <del>old</del> <ins>new</ins> 0" in shown


@pytest.mark.parametrize("words", [["a", "b"], ["a"], [str(number) for number in range(5000)]])
def test_the_longest_texts_take_no_time(words):
    old, new = ["x", *words * (30_000 // len(words))], ["y", *reversed(words * (20_000 // len(words))), "z"]
    started = time.perf_counter()
    assert len(difference(" ".join(old), " ".join(new))) < 60_000
    assert time.perf_counter() - started < 1
    started = time.perf_counter()
    difference(" ".join(old[:2000]), " ".join(new[:1900]))
    assert time.perf_counter() - started < 1


def test_formatted_text_is_read_as_lines_with_the_addresses_of_links():
    rich = '<h2>A &amp; B</h2><ul><li><p>one</p></li><li><p>two<br>x &lt; y</p></li></ul><p><a href="/en/">this</a></p>'
    assert readable(rich) == "A & B\none\ntwo\nx < y\nthis (/en/)"
