"""What is pasted from Word, web pages and PDF files is stored clean; what is clean is not touched."""

import json
from pathlib import Path

import pytest
from django.apps import apps

from publishing.text import CleanText, clean_html, clean_line, clean_text, safe_html

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

LINE = "A line of a document that is about as long as a page is"
PLAIN = [
    ("ﬁve oﬃces, ﬂocks", "five offices, flocks"),
    ("zero\u200bwidth\ufeff and a\u200dZWJ", "zerowidth and aZWJ"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("two  spaces \u00a0 and\u2009thin", "two spaces and thin"),
    ("№\u00a05", "№\u00a05"),
    ("non\u2011breaking", "non-breaking"),
    ("\uf0b7 item", "• item"),
    ("One\x0bTwo", "One\nTwo"),
    ("e\u0301\u00ad", "é"),
    ("conser-\nvation", "conservation"),
    ("Conser\u00ad\r\nvation", "Conservation"),
    ("сохра-\nнение", "сохранение"),
    ("long-\nterm", "long-term"),
    ("северо-\nвосток", "северо-восток"),
    ("Programme-\nWork", "Programme-\nWork"),
    ("COP-\n12", "COP-\n12"),
    ("a well-known one, well-\nknown", "a well-known one, well-known"),
    (f"{LINE}\nwide goes on.", f"{LINE} wide goes on."),
    (f"{LINE}.\nthen one", f"{LINE}.\nthen one"),
    ("Platz der Vereinten Nationen 1\nD-53113 Bonn", "Platz der Vereinten Nationen 1\nD-53113 Bonn"),
    ("saiga\nkulan", "saiga\nkulan"),
]  # fmt: skip

WORD = """<html><head><title>T</title><style>p{}</style>
<!--[if gte mso 9]><xml><w:View>x</w:View></xml><![endif]--></head><body style='tab-interval:36.0pt'>
<!--StartFragment--><h1>Action <span style="color:red">plan</span><o:p></o:p></h1>
<p class=MsoNormal><b style='mso-bidi-font-weight:normal'><span lang=EN-GB>Bold</span></b>, <i>italic</i>,
<span style='font-weight:bold'>both <span style="font-style:italic">styles</span></span><a name="_GoBack"></a>.</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='mso-list:l0'><![if !supportLists]><span style='font-family:Symbol'>·<span>&nbsp;&nbsp;
</span></span><![endif]>First</p>
<p class=MsoListParagraph><span>·<span>&nbsp;&nbsp;&nbsp;&nbsp; </span></span>Second</p>
<p>1.&nbsp;&nbsp; one</p><p>2.&nbsp;&nbsp; two</p>
<p>Note<a href="#_ftn1" name="_ftnref1" title=""><span class=MsoFootnoteReference>[1]</span></a></p><h5>Small</h5>
<table><thead><tr><td>H</td></tr></thead>\
<tbody><tr><td><table><tr><td>in</td><td>out</td></tr></table></td></tr></table>
<div>loose<div><p>inner</p>tail</div></div></body></html>"""

RICH = [
    (
        WORD,
        "<h2>Action plan</h2> <p><strong>Bold</strong>, <em>italic</em>, <strong>both <em>styles</em></strong>.</p> "
        "<ul><li><p>First</p></li><li><p>Second</p></li></ul> <ol><li><p>one</p></li><li><p>two</p></li></ol> "
        "<p>Note[1]</p><h3>Small</h3> <table><tbody><tr><td>H</td></tr><tr><td><p>in</p><p>out</p></td></tr></tbody>"
        "</table> <p>loose</p><p>inner</p><p>tail</p>",
    ),
    ('<b style="font-weight:normal"><p><span style="font-weight:700">G</span></p></b>', "<p><strong>G</strong></p>"),
    ("<p>pro&shy;ﬁle&#x202e;&#8203;</p>", "<p>profile</p>"),
    ("<p>a &nbsp; b&nbsp;c</p>", "<p>a b&nbsp;c</p>"),
    ("<p>a  <strong>b  c</strong></p>", "<p>a <strong>b c</strong></p>"),
    ("<p>conser-<br>vation</p><p>well-<br><em>known</em></p>", "<p>conservation</p><p>well-<br><em>known</em></p>"),
    ("<p>Not a dash</p><p>– a reply</p><p>2016. A year</p>", "<p>Not a dash</p><p>– a reply</p><p>2016. A year</p>"),
    ("<p><br></p><h2> </h2><ul><li></li></ul><p>x</p>", "<p>x</p>"),
    ("<table><tbody><tr><td></td><td><p>x</p></td></tr></tbody></table>",) * 2,
    ("a &lt; b", "a &lt; b"),
    ("<blockquote>" * 3000 + "x", "<blockquote>" * 3000 + "x" + "</blockquote>" * 3000),
]  # fmt: skip


@pytest.mark.parametrize(("pasted", "stored"), PLAIN)
def test_plain_text_is_stored_clean(pasted, stored):
    assert clean_text(pasted) == stored
    assert clean_text(stored) == stored
    assert clean_line(clean_line(pasted)) == clean_line(pasted)
    assert "\n" not in clean_line(pasted)


@pytest.mark.parametrize(("pasted", "stored"), RICH)
def test_rich_text_is_stored_clean(pasted, stored):
    assert " ".join(clean_html(pasted).split()) == stored
    assert clean_html(clean_html(pasted)) == clean_html(pasted)


def test_no_text_of_the_seed_is_touched():
    texts = 0
    for path in FIXTURES.glob("*.json"):
        for row in json.loads(path.read_text()):
            for name, value in row["fields"].items():
                field = apps.get_model(row["model"])._meta.get_field(name)
                if isinstance(field, CleanText) and isinstance(value, str):
                    cleaned = field.cleaned(value)
                    assert cleaned in (value, safe_html(value).strip())  # which only adds rel="noopener"
                    texts += 1
    assert texts > 1000
