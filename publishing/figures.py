"""Pictures inside rich text. The text keeps no more than which picture; what readers see comes from its row."""

import re

from django.template.loader import render_to_string

from .models import Picture

FIGURE = re.compile(r'<figure data-picture="([0-9a-f]{32})">.*?</figure>', re.DOTALL)


def with_pictures(html):
    """``html`` with its pictures, all fetched at once; one that is unknown or lacks credit or licence is not shown."""
    keys = FIGURE.findall(html)
    if not keys:
        return html
    pictures = {picture.uuid.hex: picture for picture in Picture.objects.licensed().filter(uuid__in=keys)}
    return FIGURE.sub(lambda found: drawn(pictures.get(found[1])), html)


def without_pictures(html):
    """``html`` for where the files of pictures are not."""
    return FIGURE.sub("", html)


def drawn(picture):
    return render_to_string("components/picture.html", {"picture": picture, "lazy": True}) if picture else ""
