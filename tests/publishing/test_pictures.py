import io
import os
import time

import pytest
from bs4 import BeautifulSoup
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from PIL import Image

from publishing.figures import with_pictures
from publishing.models import Picture
from publishing.pictures import sound_picture, variant_names
from publishing.text import clean_html
from tests import factories as f

pytestmark = pytest.mark.django_db


def drawn(kind="JPEG", size=(40, 20), **options):
    stored = io.BytesIO()
    Image.new("RGB", size, "green").save(stored, kind, **options)
    return stored.getvalue()


def upload(content, name="x.jpg"):
    return ContentFile(content, name=name)


def test_a_picture_is_turned_upright_and_loses_its_hidden_data():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by ninety degrees
    exif[0x010F] = "Camera of somebody"
    file, size = sound_picture(upload(drawn(exif=exif, comment="Where somebody lives")))
    assert size == (20, 40)
    stored = file.read()
    assert b"Camera" not in stored
    assert b"Where" not in stored


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_content_decides_the_name(kind):
    file, size = sound_picture(upload(drawn(kind), "anything.exe"))
    assert file.name == {"JPEG": "picture.jpg", "PNG": "picture.png", "WEBP": "picture.webp"}[kind]
    assert Image.open(file).size == size == (40, 20)


@pytest.mark.parametrize(
    "content",
    [
        drawn()[:400],
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        drawn("TIFF"),
        drawn("GIF"),
        drawn("PNG", (8000, 8000)),
        b"",
    ],
    ids=["half", "eps", "svg", "tiff", "gif", "too many pixels", "nothing"],
)
def test_what_is_no_sound_picture_is_refused(content):
    with pytest.raises(ValidationError):
        sound_picture(upload(content))


def test_a_script_behind_a_picture_is_not_kept():
    file, _ = sound_picture(upload(drawn("PNG") + b"<script>alert(1)</script>"))
    assert b"script" not in file.read()


def test_a_stored_picture_is_served_alone_and_kept_long(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = Picture.objects.create(file=upload(drawn(), "picture.jpg"))
    response = client.get(picture.file.url)
    assert b"".join(response.streaming_content) == drawn()
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "/media/pictures/",
        "/media/pictures/x.jpg",
        "/media/documents/x.pdf",
        f"/media/pictures/{'0' * 32}.jpg",
    ],
)
def test_nothing_else_is_served(client, settings, tmp_path, path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "x.pdf").write_bytes(b"%PDF-")
    assert client.get(path).status_code == 404


# --- variants -----------------------------------------------------------------------------------------------------


@pytest.fixture
def media(settings, tmp_path):
    """The names of all files there are: ``media()``."""
    settings.MEDIA_ROOT = tmp_path
    return lambda: {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}


def stored(size=(1600, 1200), content=None, **fields):
    picture = Picture(file=upload(content or drawn(size=size)), **fields)
    picture.save()
    return picture


def sizes(picture):
    """``{kind: [(width, height), …]}`` of the files themselves."""
    found = {}
    for (kind, _width), name in variant_names(picture.variants).items():
        with default_storage.open(name) as file:
            found.setdefault(kind, []).append(Image.open(file).size)
    return found


def test_variants_have_the_widths_of_the_pages_and_are_never_larger_than_the_picture(media):
    assert sizes(stored((1600, 1200))) == {
        "whole": [(400, 300), (640, 480), (960, 720), (1520, 1140)],
        "crop": [(320, 213), (672, 448)],
        "shared": [(1200, 630)],
    }
    assert sizes(stored((500, 1000))) == {
        "whole": [(400, 800), (500, 1000)],
        "crop": [(320, 213), (500, 333)],
        "shared": [(500, 262)],
    }
    assert sizes(stored((1, 1))) == {"whole": [(1, 1)], "crop": [(1, 1)], "shared": [(1, 1)]}


def test_what_is_cut_out_holds_the_point_of_interest_and_is_cut_anew_when_it_moves(
    media, django_capture_on_commit_callbacks
):
    content = io.BytesIO()
    flag = Image.new("RGB", (900, 300), "blue")
    flag.paste("red", (0, 0, 300, 300))
    flag.save(content, "PNG")
    picture = stored(content=content.getvalue(), focus_x=0)
    before = media()

    def middle():
        with default_storage.open(variant_names(picture.variants)["crop", 320]) as file:
            return Image.open(file).convert("RGB").getpixel((160, 100))

    assert middle()[0] > 200  # red
    picture.focus_x = 100
    with django_capture_on_commit_callbacks(execute=True):
        picture.save()
    assert middle()[2] > 200  # blue
    assert len(media()) == len(before)
    assert len(media() - before) == 3  # two cuts and the one that is shared


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "P"), ("PNG", "LA"), ("PNG", "RGBA"), ("JPEG", "L"), ("WEBP", "RGBA")]
)
def test_every_kind_of_picture_has_variants(media, kind, mode):
    content = io.BytesIO()
    Image.new(mode, (700, 500)).save(content, kind)
    assert len(sizes(stored(content=content.getvalue()))["whole"]) == 3


def test_what_is_stored_is_no_larger_than_any_use():
    assert sound_picture(upload(drawn(size=(8000, 100))))[1] == (4000, 50)


def test_a_missing_or_damaged_file_breaks_no_page(client, media):
    damaged = stored(content=b"nothing", alt_en="A herd")
    gone = Picture.objects.create(file=f"pictures/{'a' * 32}.jpg", width=3, height=2, alt_en="A steppe")
    f.ArticleFactory(slug="a", picture=damaged)
    f.SpeciesFactory(slug="s", picture=gone)
    for page in ("/en/news/", "/en/news/a/", "/en/species/", "/en/species/s/"):
        assert (page, client.get(page).status_code) == (page, 200)
    assert 'alt="A steppe"' in client.get("/en/species/s/").content.decode()


def test_make_variants_makes_what_is_lacking_once(media, capsys):
    picture = stored()
    whole = media()
    Picture.objects.update(variants={})
    for name in whole - {picture.file.name}:
        default_storage.delete(name)
    call_command("make_variants")
    call_command("make_variants")
    assert capsys.readouterr().out.splitlines() == [
        "1 made, 0 could not be made.",
        "0 made, 0 could not be made.",
    ]
    assert media() == whole


# --- files and rows -----------------------------------------------------------------------------------------------


def status(client, address):
    response = client.get(address)
    response.getvalue()  # or the file would stay open
    return response.status_code


def test_the_file_of_a_removed_picture_is_served_no_more_and_comes_back_with_its_row(
    client, media, django_capture_on_commit_callbacks
):
    picture = stored()
    files, address = media(), picture.file.url
    kept = serializers.serialize("json", [picture])
    with django_capture_on_commit_callbacks(execute=True):
        Picture.objects.all().delete()
    assert (media(), status(client, address)) == ({f"removed/{picture.file.name}"}, 404)
    with django_capture_on_commit_callbacks(execute=True):
        for row in serializers.deserialize("json", kept):
            row.save()
    assert (media(), status(client, address)) == (files, 200)


def test_what_is_rolled_back_removes_no_file(media, django_capture_on_commit_callbacks):
    picture = stored()
    before = media()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        picture.delete()
        raise RuntimeError
    assert media() == before


def test_a_file_that_could_not_be_written_wholly_is_not_there(media, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("publishing.storage.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        default_storage.save("pictures/x.jpg", upload(drawn()))
    assert media() == set()


def test_orphans_are_named_first_and_removed_only_when_told_and_old_enough(media, tmp_path, capsys):
    picture = stored()
    rows = media()
    ages = {"pictures/new.jpg": 0, "pictures/old.jpg": 2, "removed/new.jpg": 89, "removed/old.jpg": 91}
    for name, days in ages.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        then = time.time() - 86_400 * days
        os.utime(path, (then, then))
    for name in rows:  # however old they are
        os.utime(tmp_path / name, (0, 0))
    everything = media()
    call_command("media_orphans")
    assert capsys.readouterr().out.split("\n")[:2] == ["pictures/old.jpg", "removed/old.jpg"]
    assert media() == everything
    call_command("media_orphans", "--delete")
    assert everything - media() == {"pictures/old.jpg", "removed/old.jpg"}
    default_storage.delete(picture.file.name)
    call_command("media_orphans")
    assert capsys.readouterr().err == f"{picture.file.name}: a row names it, but it is gone\n"


# --- pictures in texts --------------------------------------------------------------------------------------------


def figure(picture):
    return f'<figure data-picture="{picture.uuid.hex}"></figure>'


def figures(client, text, language="en"):
    f.ArticleFactory(slug="a", body_en=text, body_ru=text)
    page = BeautifulSoup(client.get(f"/{language}/news/a/").content, "html.parser")
    return page.select(".prose figure")


def test_a_picture_in_a_text_says_what_it_shows_and_whose_it_is(client, media):
    picture = stored(alt_en="A herd", alt_ru="Стадо", caption_en="In May", credit="Jane Doe", licence="CC BY 4.0")
    [shown] = figures(client, f"<p>Text</p>{figure(picture)}", "ru")
    image = shown.img
    assert (image["alt"], image["loading"], image["width"], image["height"]) == ("Стадо", "lazy", "1520", "1140")
    assert image["srcset"].split(", ")[0] == f"{picture.file.url.removesuffix('.jpg')}-400.webp 400w"
    assert " ".join(shown.figcaption.text.split()) == "In May англ. Фото: © Jane Doe, CC BY 4.0"


def test_a_picture_without_rights_or_row_is_not_shown_in_a_text(client, media):
    lacking = [stored(credit="Jane Doe"), stored(licence="CC BY 4.0"), Picture()]
    assert figures(client, "<p>Text</p>" + "".join(map(figure, lacking))) == []


def test_the_pictures_of_a_text_cost_one_query(client, media, django_assert_num_queries):
    pictures = [stored((30, 20), credit="Jane Doe", licence="CC BY 4.0") for _ in range(3)]
    with django_assert_num_queries(1):
        html = with_pictures("".join(map(figure, pictures)))
    assert html.count("<img") == 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('<figure data-picture="x"></figure>', ""),
        ('<p>a<img src="https://example.org/x.jpg" onerror="alert(1)"></p>', "<p>a</p>"),
        (
            f'<figure data-picture="{"a" * 32}" class="x" onclick="y"><img></figure>',
            f'<figure data-picture="{"a" * 32}"></figure>',
        ),
    ],
    ids=["no such picture", "from elsewhere", "one of the portal"],
)
def test_a_text_keeps_of_a_picture_only_which_it_is(text, kept):
    assert clean_html(text) == kept
