"""The portal's own drawings: tracks of the animals, and horizons of the landscapes that they live in.

A horizon is drawn from its seed, so that each species has its own and has it for ever. Colours come from the style
sheet (``.habitat-…`` in tokens.css). Both are decoration: what they stand for is always said in words beside them.
"""

from random import Random

from django import template
from django.utils.safestring import mark_safe

register = template.Library()

TRACKS = {
    "cloven": "M22 5C14 10 9 21 9 33c0 6 4 10 8 9 5-1 6-6 6-12 0-9 0-17-1-25zM26 5c8 5 13 16 13 28 0 6-4 10-8 9-5-1-6-6-6-12 0-9 0-17 1-25z",
    "hoof": "M24 5c11 0 18 9 18 21 0 8-3 14-7 17L24 24 13 43c-4-3-7-9-7-17C6 14 13 5 24 5zM24 31l7 12q-7 2-14 0z",
    "pad": "M24 15c4-7 13-6 16 2 4 10 0 25-9 25-3 0-6-1-7-4-1 3-4 4-7 4-9 0-13-15-9-25 3-8 12-9 16-2zM13 7l3-5 4 5q-4 1-7 0zM28 7l4-5 3 5q-3 1-7 0z",
    "paw": "M24 23c8 0 14 8 14 14 0 5-5 6-9 5-4-2-6-2-10 0-4 1-9 0-9-5 0-6 6-14 14-14z"
    "M9 16c3-1 6 2 6 6s-2 6-5 5-5-4-5-7 2-4 4-4zM18 5c4 0 5 4 5 8s-2 6-5 6-5-3-5-7 2-7 5-7z"
    "M30 5c3 0 5 3 5 7s-2 7-5 7-5-2-5-6 1-8 5-8zM39 16c2 0 4 1 4 4s-2 6-5 7-5-1-5-5 3-7 6-6z",
}
WIDTH, HEIGHT = 1200, 160


def swells(rng, base, height, step=200):
    """Long low hills, level at each crest and hollow."""
    points = [(x, round(base - height * rng.random())) for x in range(0, WIDTH + step, step)]
    reach = step // 2
    (_, y), (x1, y1) = points[:2]
    curves = "".join(f"S{x - reach} {y} {x} {y}" for x, y in points[2:])
    return f"M0 {y}C{reach} {y} {x1 - reach} {y1} {x1} {y1}{curves}"


def dunes(rng, base, height):
    """A long climb into the wind, a sharp crest, a short hollow slope behind it."""
    path, x = f"M0 {base}", 0
    while x < WIDTH:
        wide, high = rng.randint(130, 260), round(height * (0.4 + 0.6 * rng.random()))
        path += f"q{wide // 2} {-high // 8} {wide * 3 // 4} {-high}q{wide // 12} {high * 3 // 4} {wide // 4} {high}"
        x += wide * 3 // 4 + wide // 4
    return path


def steps(rng, base, height, levels=4):
    """Table lands: level tops, short scarps between them."""
    path, x, level = f"M0 {base}", 0, 0
    while x < WIDTH:
        level = rng.choice([n for n in range(levels) if n != level])
        y = base - height * level // (levels - 1)
        path += f"l{rng.randint(10, 26)} 0L{x + 40} {y}h{(run := rng.randint(60, 190))}"
        x += 40 + run
    return path


def peaks(rng, base, height, snow=0, rise=lambda x: 1):
    """``(mountains, their rock)``: broken ridges; above the snow line the rock stays behind."""
    heights, spread = [0.35 * rng.random(), 0.35 * rng.random()], 0.55
    for _ in range(6):
        pairs = list(zip(heights, heights[1:], strict=False))
        middles = [(a + b) / 2 + spread * (rng.random() - 0.42) for a, b in pairs]
        heights = [h for pair in zip(heights, middles, strict=False) for h in pair] + heights[-1:]
        spread /= 2
    step, top = WIDTH / (len(heights) - 1), max(heights)
    ridge = [(x := round(n * step), round(base - height * rise(x) * h / top)) for n, h in enumerate(heights)]
    rock = [(x, max(y, snow + 9 * (n % 2) + rng.randint(0, 7))) for n, (x, y) in enumerate(ridge)]
    return ["M" + "L".join(f"{x} {y}" for x, y in line) for line in (ridge, rock)]


def canopy(rng, base, height):
    """Trees along a river: rounded crowns, close together, with gaps."""
    path, x = f"M0 {base}", 0
    while x < WIDTH:
        if rng.random() < 0.16:
            path += f"h{(wide := rng.randint(16, 70))}"
        else:
            wide = rng.randint(14, 34)
            path += f"c0 {-(high := rng.randint(height // 2, height))} {wide} {-high} {wide} 0"
        x += wide
    return path


def layers(habitat, rng):
    """``[(class, path), …]`` from the farthest to the nearest."""
    if habitat == "mountain":
        far, near = peaks(rng, 120, 112, 52), peaks(rng, 140, 78)
        return [
            ("ridge-snow", far[0]),
            ("ridge-1", far[1]),
            ("ridge-2", near[0]),
            ("ridge-3", swells(rng, 146, 34, 150)),
        ]
    if habitat == "plateau":
        far = peaks(rng, 90, 60, 44)
        return [
            ("ridge-snow", far[0]),
            ("ridge-1", far[1]),
            ("ridge-2", steps(rng, 126, 44)),
            ("ridge-3", swells(rng, 146, 18, 300)),
        ]
    if habitat == "desert":
        return [("ridge-1", steps(rng, 100, 46, 3)), ("ridge-2", dunes(rng, 124, 42)), ("ridge-3", dunes(rng, 150, 40))]
    if habitat == "riverine":
        far, bank = swells(rng, 92, 34), canopy(rng, 132, 34)
        return [("ridge-1", far), ("ridge-2", canopy(rng, 112, 22)), ("ridge-3", bank), ("water", f"M0 132H{WIDTH}")]
    return [
        ("ridge-1", swells(rng, 96, 50, 300)),
        ("ridge-2", swells(rng, 122, 44, 240)),
        ("ridge-3", swells(rng, 146, 36, 300)),
    ]


@register.simple_tag
def horizon(habitat, seed=""):
    """The horizon of a habitat as it looks from the place named by ``seed``."""
    rng = Random(f"{habitat} {seed}")  # noqa: S311 - a drawing, not a secret
    ridges = "".join(f'<path class="{name}" d="{path}V{HEIGHT}H0z"/>' for name, path in layers(habitat, rng))
    return mark_safe(  # noqa: S308 - made of numbers and of the names above
        f'<svg class="horizon habitat-{habitat}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">{ridges}</svg>'
    )


@register.simple_tag
def track(name):
    """The track of a group of animals: cloven, hoof, pad or paw."""
    return mark_safe(  # noqa: S308 - made of the constants above
        f'<svg class="track" viewBox="0 0 48 48" width="24" height="24" aria-hidden="true" focusable="false">'
        f'<path d="{TRACKS[name]}"/></svg>'
    )
