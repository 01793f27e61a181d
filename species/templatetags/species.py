"""The tile map: where the Range States stand to each other, without a border drawn."""

import re
from dataclasses import dataclass

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Range

register = template.Library()
SIZE = 100  # of a tile with the gap beside it, in units of the drawing
GAP = 4
SHADES = 4


@dataclass
class Tile:
    """``mark`` is what the tile shows beside its code, ``words`` what it says, ``style`` how it is drawn."""

    state: object
    mark: str
    words: str
    style: str

    @property
    def x(self):
        return (self.state.tile_column - 1) * SIZE

    @property
    def y(self):
        return (self.state.tile_row - 1) * SIZE


def counted(state, most):
    number = state.species_count
    words = ngettext("%(number)d species", "%(number)d species", number) % {"number": number}
    return Tile(state, number, words, f"shade-{-(-SHADES * number // most)}" if number else "none")


def style_of(presence):
    return presence.presence if presence.verified else f"{presence.presence} unverified"


def present(state, presence):
    if presence is None:
        return Tile(state, "", _("not recorded"), "none")
    return Tile(state, presence.letter, presence.in_words, style_of(presence))


@register.filter
def conference(cop):
    """A Conference of the Parties as the reader's language writes it: "COP11", «КС-11»; other words as they are."""
    number = re.fullmatch(r"COP *(\d+)", cop, re.ASCII)
    return _("COP%(number)s") % {"number": number[1]} if number else cop


@register.inclusion_tag("species/tile_map.html")
def tile_map(states, ranges=None):
    """One tile for each Range State: with its ``species_count``, or with its presence among ``ranges``."""
    if ranges is None:
        most = max((state.species_count for state in states), default=0)
        tiles = [counted(state, most) for state in states]
    else:
        presences = {presence.state_id: presence for presence in ranges}
        tiles = [present(state, presences.get(state.pk)) for state in states]
    return {
        "tiles": tiles,
        "width": max((tile.x + SIZE for tile in tiles), default=SIZE) - GAP,
        "height": max((tile.y + SIZE for tile in tiles), default=SIZE) - GAP,
        "side": SIZE - GAP,
    }


@register.inclusion_tag("species/legend.html")
def legend():
    """What the letters of the tile map and of the matrix mean."""
    return {"presences": [Range(presence=presence) for presence in Range.Presence]}
