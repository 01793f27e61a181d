"""The portal's own drawings: tracks of the animals, and horizons of the landscapes that they live in.

A horizon is drawn from its seed, so that each species has its own and has it for ever. Colours come from the style
sheets (``.habitat-…`` in tokens.css). Both are decoration: what they stand for is always said in words beside them.
"""

from functools import lru_cache
from itertools import pairwise
from random import Random

from django import template
from django.utils.safestring import mark_safe

register = template.Library()

TRACKS = {
    "cloven": (
        "M22 5C14 10 9 21 9 33c0 6 4 10 8 9 5-1 6-6 6-12 0-9 0-17-1-25z"
        "M26 5c8 5 13 16 13 28 0 6-4 10-8 9-5-1-6-6-6-12 0-9 0-17 1-25z"
    ),
    "hoof": "M24 5c11 0 18 9 18 21 0 8-3 14-7 17L24 24 13 43c-4-3-7-9-7-17C6 14 13 5 24 5zM24 31l7 12q-7 2-14 0z",
    "pad": (
        "M24 15c4-7 13-6 16 2 4 10 0 25-9 25-3 0-6-1-7-4-1 3-4 4-7 4-9 0-13-15-9-25 3-8 12-9 16-2z"
        "M13 7l3-5 4 5q-4 1-7 0zM28 7l4-5 3 5q-3 1-7 0z"
    ),
    "paw": (
        "M24 23c8 0 14 8 14 14 0 5-5 6-9 5-4-2-6-2-10 0-4 1-9 0-9-5 0-6 6-14 14-14z"
        "M9 16c3-1 6 2 6 6s-2 6-5 5-5-4-5-7 2-4 4-4zM18 5c4 0 5 4 5 8s-2 6-5 6-5-3-5-7 2-7 5-7z"
        "M30 5c3 0 5 3 5 7s-2 7-5 7-5-2-5-6 1-8 5-8zM39 16c2 0 4 1 4 4s-2 6-5 7-5-1-5-5 3-7 6-6z"
    ),
}
HEIGHT = 160


def swells(rng, base, height, end, step=200):
    """Long low hills, level at each crest and hollow."""
    (x0, y), (x1, y1), *points = [
        (x, round(base - height * rng.random())) for x in range(-rng.randint(0, step), end + 2 * step, step)
    ]
    reach = step // 2
    return f"M{x0} {y}C{x0 + reach} {y} {x1 - reach} {y1} {x1} {y1}" + "".join(
        f"S{x - reach} {y} {x} {y}" for x, y in points
    )


def dunes(rng, base, height, end, start=0):
    """A long climb into the wind, a sharp crest, a short hollow slope behind it."""
    x = start - (not start and rng.randint(0, 240))
    path = f"M{x} {base}"
    while x < end:
        wide, high = 12 * rng.randint(12, 24), round(height * (0.4 + 0.6 * rng.random()))
        path += f"q{wide // 2} {-high // 8} {wide * 3 // 4} {-high}q{wide // 12} {high * 3 // 4} {wide // 4} {high}"
        x += wide
    return path


def steps(rng, base, height, end, start=0, levels=4):
    """Table lands: level tops, scarps between them."""
    path, x, level = f"M{start} {base}", start, 0
    while x < end:
        level = rng.choice([n for n in range(levels) if n != level])
        y = base - height * level // (levels - 1)
        path += f"L{x + 36} {y}h{(run := rng.randint(50, 170))}"
        x += 36 + run
    return path + f"L{x + 36} {base}"


def peaks(rng, base, height, end, snow=-HEIGHT, rise=lambda x: 1):
    """``[mountains, their rock]``: broken ridges; above the snow line the rock stays behind."""
    ridge, x = [], -40
    while x < end + 60:
        # a gap, a shoulder, a peak, a shoulder
        for low, high, wide in ((0.1, 0.4, 44), (0.3, 0.6, 26), (0.6, 1, 34), (0.4, 0.65, 30)):
            x += rng.randint(wide // 2, wide * 3 // 2)
            ridge.append((x, round(base - height * rise(x) * rng.uniform(low, high))))
    rock = []
    for (x, y), (x1, y1) in pairwise(ridge):
        parts = max(1, (x1 - x) // 9) if min(y, y1) < snow else 1
        for n in range(parts):
            cut = snow + rng.randint(0, 6) + 7 * (len(rock) % 2)
            rock.append((x + (x1 - x) * n // parts, max(y + (y1 - y) * n // parts, cut)))
    return ["M0 160L" + "L".join(f"{x} {y}" for x, y in line) for line in (ridge, rock)]


def canopy(rng, base, height, end):
    """Trees along a river: rounded crowns, close together, with gaps."""
    path, x = f"M0 {base}", 0
    while x < end:
        wide, high = rng.randint(14, 34), rng.randint(height // 2, height)
        path += f"h{wide}" if rng.random() < 0.16 else f"c0 {-high} {wide} {-high} {wide} 0"
        x += wide
    return path


def steppe(rng, end):
    far, middle, near = swells(rng, 108, 48, end, 300), swells(rng, 128, 50, end, 240), swells(rng, 150, 40, end, 300)
    return [("ridge-1", far), ("ridge-2", middle), ("ridge-3", near)]


def desert(rng, end):
    tables, far, near = steps(rng, 104, 46, end, levels=3), dunes(rng, 130, 46, end), dunes(rng, 150, 38, end)
    return [("ridge-1", tables), ("ridge-2", far), ("ridge-3", near)]


def plateau(rng, end):
    (snow, far), tables, near = peaks(rng, 100, 74, end, 44), steps(rng, 128, 44, end), swells(rng, 150, 18, end, 240)
    return [("ridge-snow", snow), ("ridge-1", far), ("ridge-2", tables), ("ridge-3", near)]


def mountain(rng, end):
    (snow, far), (_, middle), near = (
        peaks(rng, 124, 118, end, 48),
        peaks(rng, 144, 84, end),
        swells(rng, 148, 30, end, 150),
    )
    return [("ridge-snow", snow), ("ridge-1", far), ("ridge-2", middle), ("ridge-3", near)]


def riverine(rng, end):
    hills, wood, bank = swells(rng, 96, 40, end), canopy(rng, 122, 24, end), canopy(rng, 142, 36, end)
    return [("ridge-1", hills), ("ridge-2", wood), ("ridge-3", bank), ("water", f"M0 142H{end}")]


def transect(rng, end):
    """All five landscapes, from the river on the left to the peaks on the right."""
    hills = swells(rng, 124, 34, end, 240)
    snow, rock = peaks(rng, 140, 236, end, 0, lambda x: min(1, max(0, (x - 540) / 420)))
    return [
        ("habitat-steppe ridge-1", hills),
        ("ridge-snow", snow),
        ("habitat-mountain ridge-2", rock),
        ("habitat-plateau ridge-2", steps(rng, 142, 66, 820, 600)),
        ("habitat-desert ridge-2", dunes(rng, 146, 46, 760, 330)),
        ("habitat-riverine ridge-3", canopy(rng, 142, 38, 330)),
        ("habitat-steppe ridge-3", swells(rng, 152, 22, end, 240)),
        ("water", "M0 150q120-8 330 10"),
    ]


# Each gives [(class, path), …] from the farthest layer to the nearest. The keys are those of ``Species.Habitat``.
LANDSCAPES = {
    "steppe": steppe,
    "desert": desert,
    "plateau": plateau,
    "mountain": mountain,
    "riverine": riverine,
    "transect": transect,
}


@register.simple_tag
@lru_cache(maxsize=200)
def horizon(habitat, seed="", width=1200):
    """The horizon of a habitat as it looks from the place named by ``seed``; the nearest layer is the page itself."""
    rng = Random(f"{habitat} {seed}")  # noqa: S311 - a drawing, not a secret
    ground = ("ridge-near", swells(rng, 156, 14, width, 300))
    layers = [*LANDSCAPES.get(habitat, steppe)(rng, width), ground]
    ridges = "".join(f'<path class="{name}" d="{path}V{HEIGHT}H0z"/>' for name, path in layers)
    top = 120 if habitat == "transect" else 0
    return mark_safe(  # noqa: S308 - made of numbers and of the names above
        f'<svg class="horizon habitat-{habitat}" viewBox="0 {-top} {width} {HEIGHT + top}"'
        f' fill="silver" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">{ridges}</svg>'
    )


@register.simple_tag
def track(name):
    """The track of a group of animals: cloven, hoof, pad or paw."""
    return mark_safe(  # noqa: S308 - made of the constants above
        f'<svg class="track" viewBox="0 0 48 48" width="24" height="24" aria-hidden="true" focusable="false">'
        f'<path d="{TRACKS[name]}"/></svg>'
    )
