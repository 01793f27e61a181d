import datetime

import pytest
from django.utils import translation

from publishing.wording import NBSP, day_in_words, machine_date, range_in_words, times_in_words, typeset, typeset_html

D = datetime.date


@pytest.mark.parametrize(
    ("start", "end", "english", "russian"),
    [
        ((D(2016, 8, 22), "day"), (D(2016, 8, 26), "day"), "22–26 August 2016", "22–26 августа 2016 г."),
        ((D(2016, 7, 5), "day"), (D(2016, 7, 5), "day"), "5 July 2016", "5 июля 2016 г."),
        (
            (D(2016, 9, 24), "day"),
            (D(2016, 10, 5), "day"),
            "24 September – 5 October 2016",
            "24 сентября – 5 октября 2016 г.",
        ),
        (
            (D(2016, 12, 30), "day"),
            (D(2017, 1, 2), "day"),
            "30 December 2016 – 2 January 2017",
            "30 декабря 2016 г. – 2 января 2017 г.",
        ),
        ((D(2016, 11, 1), "month"), (D(2016, 11, 30), "month"), "November 2016", "ноябрь 2016 г."),
        ((D(2016, 11, 1), "month"), (D(2016, 12, 31), "month"), "November – December 2016", "ноябрь – декабрь 2016 г."),
        ((D(2014, 1, 1), "year"), (D(2014, 12, 31), "year"), "2014", "2014 г."),
        ((D(2014, 1, 1), "year"), (D(2020, 12, 31), "year"), "2014–2020", "2014–2020 гг."),
    ],
)
def test_intervals_read_well_in_both_languages(start, end, english, russian):
    for language, words in (("en", english), ("ru", russian)):
        with translation.override(language):
            assert range_in_words(*start, *end).replace(NBSP, " ") == words


def test_an_open_interval_says_which_end_is_known():
    assert range_in_words(D(2016, 11, 1), "month", None, "day").replace(NBSP, " ") == "since November 2016"
    assert range_in_words(None, "day", D(2016, 11, 30), "month").replace(NBSP, " ") == "until November 2016"
    assert range_in_words(None, "day", None, "day") == ""
    with translation.override("ru"):
        assert range_in_words(D(2016, 11, 1), "month", None, "day").replace(NBSP, " ") == "с ноября 2016 г."
        assert range_in_words(None, "day", D(2016, 11, 30), "month").replace(NBSP, " ") == "по ноябрь 2016 г."


def test_a_line_never_breaks_inside_a_date():
    assert day_in_words(D(2016, 8, 22)) == f"22{NBSP}August{NBSP}2016"


def test_hours_name_the_clock_they_are_read_from():
    nine, five = datetime.time(9), datetime.time(17, 30)
    assert times_in_words(nine, five, "Asia/Dushanbe") == "09:00–17:30 (Dushanbe time)"
    assert times_in_words(nine, None, "America/New_York") == "09:00 (America/New York)"
    assert times_in_words(None, None, "") == ""


@pytest.mark.parametrize(("precision", "value"), [("day", "2016-11-02"), ("month", "2016-11"), ("year", "2016")])
def test_machines_read_as_much_of_a_date_as_is_known(precision, value):
    assert machine_date(D(2016, 11, 2), precision) == value


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "И~в~Бонне, а~не~в~г.~Бонн~– 15~видов"),
        ("ru", "в~2016~г. Казахстан и~10~000~км, 5~%"),
        ("ru", "А.~Б.~Иванов и~С.~Петров, см.~№~5"),
        ("ru", "из-за угла, по-русски, от~2016 до~2017~годов, он~же"),
        ("en", "On 5~July 2016 Mr~Chambers~– 15~species, 10~000~km"),
        ("en", "Mrs~Lee in room No.~4, 12 antelopes"),
    ],
)
def test_no_line_ends_where_it_would_read_badly(language, text):
    shown = text.replace("~", NBSP)
    assert typeset(text.replace("~", " "), language) == shown
    assert typeset(shown, language) == shown


def test_addresses_and_attributes_keep_their_spaces():
    html = '<p title="a > 5 видов">в <a href="/в Бонне – да">15 видов</a></p>'
    shown = '<p title="a > 5 видов">в~<a href="/в Бонне – да">15~видов</a></p>'
    assert typeset_html(html, "ru") == shown.replace("~", NBSP)
