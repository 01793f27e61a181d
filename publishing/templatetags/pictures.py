"""Where a picture's files stand, for the place that it is shown in."""

from django import template

from ..pictures import CROP

register = template.Library()

# What is shown there, and how wide: the column of text, the side of a row in a list, a card of the gallery.
PLACES = {
    "text": ("whole", ""),
    "row": ("crop", "(min-width: 992px) 180px, 117px"),
    "card": ("crop", "(min-width: 992px) 320px, (min-width: 600px) 30vw, (min-width: 420px) 46vw, 92vw"),
}
COLUMN = 756  # pixels: the column of text where the screen is wide; else it has nine tenths of the screen


@register.simple_tag
def photo(picture, place):
    """What an ``<img>`` needs, or ``None``; the browser takes the smallest file that is fine enough."""
    kind, sizes = PLACES[place]
    addresses = picture.addresses(kind) if picture else {}
    if not addresses:
        return None
    widest, usual = max(addresses), min(addresses, key=lambda width: abs(width - 640))
    shown = min(COLUMN, widest)  # never larger than it is
    ratio = CROP if kind == "crop" and picture.variants else (picture.width or 1, picture.height or 1)
    return {
        "src": addresses[usual],
        "srcset": ", ".join(f"{address} {width}w" for width, address in addresses.items() if len(addresses) > 1),
        "sizes": sizes or f"(min-width: {round(shown / 0.92)}px) {shown}px, 92vw",
        "width": widest,
        "height": round(widest * ratio[1] / ratio[0]),
    }
