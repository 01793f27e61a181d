import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from publishing.models import Picture
from publishing.pictures import sound_picture

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
