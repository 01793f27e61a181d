"""The species, Range States and instruments that pages of other items name: few, so kept whole."""

from publishing.keeping import kept

from .models import Instrument, RangeState, Species


@kept
def all_species():
    return list(Species.objects.published())


@kept
def all_states():
    return list(RangeState.objects.select_related("country"))


@kept
def all_instruments():
    return list(Instrument.objects.published())


def among(items, keys):
    """Those of ``items`` whose key is in ``keys``, in their order."""
    return [item for item in items if item.pk in keys]
