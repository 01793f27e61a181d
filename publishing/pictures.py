"""Pictures that editors upload: decoded wholly, then stored anew, so that nothing but the picture is kept."""

import io
import uuid

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000


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
        stored = io.BytesIO()
        # Of all that a file can say beside its pixels only the colours and the transparent one are kept.
        kept = {key: image.info[key] for key in ("icc_profile", "transparency") if key in image.info}
        image.info = dict(kept)
        image.save(stored, kind, quality=88, icc_profile=kept.get("icc_profile"))
    except ValidationError:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        EOFError,
        KeyError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        raise ValidationError(
            _("This is not a sound JPEG, PNG or WebP picture. It may be damaged or cut short; try to save it anew.")
        ) from error
    return ContentFile(stored.getvalue(), name=f"picture.{FORMATS[kind]}"), image.size
