"""Species × Range State: who lives where, each cell with the number of the note that names its source."""

from dataclasses import dataclass
from functools import cached_property


@dataclass
class Cell:
    presence: object
    note: int


@dataclass
class Row:
    """A species, a ``Cell`` or ``None`` for each Range State, and in how many of them it lives."""

    species: object
    cells: list

    @property
    def is_recorded(self):
        return any(self.cells)

    @cached_property
    def number(self):
        return sum(lives(cell) for cell in self.cells)


def lives(cell):
    return cell is not None and cell.presence.is_living


class Matrix:
    """The table of these species in these Range States.

    ``states`` get a ``species_count`` of the species shown. ``notes`` holds one range for each source, year and remark:
    the first is note 1.
    """

    def __init__(self, species, states):
        self.states = list(states)
        self.notes, self.numbers = [], {}
        self.rows = [self.row(one) for one in species]
        for column, state in enumerate(self.states):
            state.species_count = sum(lives(row.cells[column]) for row in self.rows)
        self.total = sum(row.number for row in self.rows)

    def row(self, species):
        presences = {presence.state_id: presence for presence in species.ranges.all()}
        return Row(species, [self.cell(presences.get(state.pk)) for state in self.states])

    def cell(self, presence):
        if presence is None:
            return None
        said = (presence.source_id, presence.year, presence.verified, presence.note_en, presence.note_ru)
        if said not in self.numbers:
            self.notes.append(presence)
            self.numbers[said] = len(self.notes)
        return Cell(presence, self.numbers[said])
