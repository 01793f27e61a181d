"""The uploads of a backup.

They are copied after the database, and so none is missing that a row names: a file is written before the row that names
it and under a name that stands for nothing else ever, and what is removed meanwhile is only put aside. (A variant of a
picture is deleted at once; it is drawn anew.) The other way round, the rows of the last minute would lack their files.
"""

from contextlib import contextmanager, suppress
from datetime import datetime

from django.core.files import File
from django.core.files.storage import default_storage

from publishing.storage import ASIDE, file_names

from .archive import MEDIA, PIECE, Refused


def back_up(archive, named):
    """Add all files, and first those ``named`` in rows; return the names of those that are nowhere."""
    there = {name for name in listed() if not name.endswith(".part")}
    taken, missing = set(), []
    for name in sorted(named | there, key=lambda name: (name.startswith(ASIDE), name)):
        place = next((place for place in places(name) if place not in taken and add(archive, name, place)), None)
        taken.add(place)
        if place is None and name in named:
            missing.append(name)
    return missing


def places(name):
    """Where to look for a file that may be put aside or brought back at this moment."""
    other = name.removeprefix(ASIDE) if name.startswith(ASIDE) else ASIDE + name
    return name, other, name


def add(archive, name, place):
    try:
        modified = default_storage.get_modified_time(place)
        file = default_storage.open(place)
    except FileNotFoundError:
        return False
    with file:
        archive.add(MEDIA + name, file.chunks(PIECE), modified=modified.isoformat())
    return True


def listed():
    """The names of all files, those put aside first: what is brought back meanwhile is met on its way."""
    for folder in (ASIDE, ""):
        with suppress(FileNotFoundError):
            yield from file_names(folder)


@contextmanager
def restored(archive):
    """The uploads of ``archive`` are there; if the block fails, they are gone again."""
    written = []
    try:
        for name, facts in archive.uploads:
            with archive.packed.open(MEDIA + name) as source:
                written.append(default_storage.save(name, File(source)))
            if written[-1] != name:
                raise Refused(f"the upload {name!r} cannot be stored under its name")
            # Of what is put aside the days count.
            default_storage.set_modified_time(name, datetime.fromisoformat(facts["modified"]))
        yield
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise
