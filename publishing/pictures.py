"""Pictures that editors upload: decoded wholly, then stored anew, so that nothing but the picture is kept.

Beside each stand its variants: WebP files at the widths that pages use, others cut out round its point of interest,
and the JPEG that goes with a shared link. Their names are made of the picture's own and, for what is cut, of the point:
what a name stands for never changes. (AVIF was measured: a sixth smaller at the same fidelity, at twice the work.)
"""

import io
import uuid

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
# What is stored is at most this wide and high: more than any page shows, and PNG of 40 megapixels takes 40 seconds.
MAX_SIDE = 4000
# How much work a picture is worth: WebP's usual effort takes 5 seconds for what is stored, this one second.
OPTIONS = {"JPEG": {"quality": 88}, "PNG": {"compress_level": 3}, "WEBP": {"quality": 88, "method": 1}}

WIDTHS = [400, 640, 960, 1520]  # the column of text on a phone and on a desktop, on plain and on fine screens
CROP, CROP_WIDTHS = (3, 2), [320, 672]  # lists and cards
SHARED = (1200, 630)
UNSOUND = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    EOFError,
    KeyError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)


def picture_path(picture, filename):
    """A name that nobody can guess, so that the picture of a draft is found by nobody."""
    return f"pictures/{uuid.uuid4().hex}.{filename.rpartition('.')[2]}"


def sound_picture(upload):
    """A ``ContentFile`` with the picture in ``upload`` turned upright and without metadata, and its size in pixels.

    Raises ``ValidationError`` for what is not wholly a JPEG, PNG or WebP of at most 20 MB and 40 megapixels.
    """
    if upload.size > MAX_BYTES:
        raise ValidationError(_("The file is larger than 20 MB. Make the picture smaller and try again."))
    try:
        image = Image.open(upload, formats=list(FORMATS))
        kind = image.format
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError(_("The picture has more than 40 megapixels. Make it smaller and try again."))
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode not in ("RGB", "RGBA", "L", "LA", "P"):
            image = image.convert("RGB")
        # Of all that a file can say beside its pixels only the colours and the transparent one are kept.
        kept = {key: image.info[key] for key in ("icc_profile", "transparency") if key in image.info}
        image.info = dict(kept)
        if max(image.size) > MAX_SIDE:
            image = in_true_colours(image)
            image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        stored = io.BytesIO()
        image.save(stored, kind, icc_profile=kept.get("icc_profile"), **OPTIONS[kind])
    except ValidationError:
        raise
    except UNSOUND as error:
        raise ValidationError(
            _("This is not a sound JPEG, PNG or WebP picture. It may be damaged or cut short; try to save it anew.")
        ) from error
    return ContentFile(stored.getvalue(), name=f"picture.{FORMATS[kind]}"), image.size


def in_true_colours(image):
    """``image`` as it must be to be made smaller: without a palette."""
    if image.mode not in ("P", "LA") and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if "transparency" in image.info or image.mode == "LA" else "RGB")


# --- variants -----------------------------------------------------------------------------------------------------


def no_wider(widths, width):
    """Those of ``widths`` that a picture of ``width`` pixels reaches, and its own if it is narrower than the last."""
    return [one for one in widths if one < width] + [min(widths[-1], width)]


def cut(width, height, ratio, point):
    """The largest box of that ``ratio`` inside a picture, its middle as near as can be to ``point`` (per cent)."""
    across, down = ratio
    size = min(width, height * across // down) or 1, min(height, width * down // across) or 1
    corner = [
        min(max(round(whole * part / 100 - half / 2), 0), whole - half)
        for whole, part, half in zip((width, height), point, size, strict=True)
    ]
    return (*corner, corner[0] + size[0], corner[1] + size[1])


def variants_of(name, width, height, point):
    """What there is to be beside the file ``name``: the row keeps it, so that no page asks the disk."""
    box = cut(width, height, CROP, point)
    shared = cut(width, height, SHARED, point)
    return {
        "of": name.rpartition(".")[0],
        "whole": no_wider(WIDTHS, width),
        "crop": no_wider(CROP_WIDTHS, box[2] - box[0]),
        "shared": min(SHARED[0], shared[2] - shared[0]),
        "point": "{}x{}".format(*point),
    }


def variant_names(variants):
    """``{(kind, width): name}``; ``{}`` for a picture without variants."""
    if not variants:
        return {}
    cut_out = f"{variants['of']}-{variants['point']}"
    return {
        **{("whole", width): f"{variants['of']}-{width}.webp" for width in variants["whole"]},
        **{("crop", width): f"{cut_out}-{width}.webp" for width in variants["crop"]},
        ("shared", variants["shared"]): f"{cut_out}-shared.jpg",
    }


def opened(name):
    """The picture in a stored file and its size, or ``None`` for a file that is gone or no picture."""
    try:
        with default_storage.open(name) as file:
            image = Image.open(file, formats=list(FORMATS))
            size = image.size
            # A JPEG can be read at half or a quarter of its size; twice of what is needed keeps it sharp.
            image.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
            image.load()
    except UNSOUND:
        return None
    image = in_true_colours(image)
    return image if image.mode in ("RGB", "RGBA") else image.convert("RGB"), size


def make_variants(name, point, known):
    """Write the variants of the file ``name`` but those ``known``; return what there is now, and the picture's size."""
    found = opened(name)
    if found is None:
        return {}, (0, 0)
    image, size = found
    variants = variants_of(name, *size, point)
    for (kind, width), target in variant_names(variants).items():
        if target not in known:
            default_storage.save(target, drawn(image, kind, width, point))
    return variants, size


def drawn(image, kind, width, point):
    """A ``ContentFile`` with one variant of ``image``."""
    ratio = {"whole": image.size, "crop": CROP, "shared": SHARED}[kind]
    height = max(round(width * ratio[1] / ratio[0]), 1)
    box = cut(*image.size, ratio, point)
    small = image.resize((width, height), Image.Resampling.LANCZOS, box=box, reducing_gap=3)
    stored = io.BytesIO()
    profile = image.info.get("icc_profile")
    if kind == "shared":
        if small.mode == "RGBA":
            paper = Image.new("RGBA", small.size, "white")
            small = Image.alpha_composite(paper, small).convert("RGB")
        small.save(stored, "JPEG", quality=82, progressive=True, icc_profile=profile)
    else:
        small.save(stored, "WEBP", quality=78, icc_profile=profile or b"")
    return ContentFile(stored.getvalue())
