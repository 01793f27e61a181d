"""The one file that a backup is: a ZIP of the database, the uploads, and a manifest that says what there must be.

The comment of the ZIP, its last 64 bytes, is the SHA-256 of all bytes before it, so that no damage passes, wherever it
is. It is no signature: whoever can write the file can write another sum.
"""

import hashlib
import json
import os
import stat
import zlib
from contextlib import contextmanager
from functools import partial
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils import timezone

FORMAT = 1
MANIFEST, MEDIA = "manifest.json", "media/"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
SUM = 64  # bytes
PIECE = 1024 * 1024
MOST_GROWTH = 200  # times what it takes in the archive; databases shrink to a fifth or a twentieth
MOST_MANIFEST = 256 * 1024 * 1024  # bytes: of a million files


class Refused(Exception):
    """Why a backup is not made or not taken, in words for whoever runs the portal."""


def sum_of(file, size):
    """The SHA-256 of the first ``size`` bytes."""
    digest = hashlib.sha256()
    file.seek(0)
    while size > 0 and (piece := file.read(min(PIECE, size))):
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest().encode()


def size_of(file):
    return file.seek(0, os.SEEK_END)


# --- writing ------------------------------------------------------------------------------------------------------


@contextmanager
def new_archive(path):
    """A ``Writer``, whose archive is whole and on the disk at the end of the block. Nobody else may read it."""
    with open(path, "x+b", opener=partial(os.open, mode=0o600)) as file:
        with ZipFile(file, "w") as packed:
            packed.comment = b"0" * SUM
            writer = Writer(packed)
            yield writer
            writer.add_manifest()
        digest = sum_of(file, size_of(file) - SUM)
        file.seek(-SUM, os.SEEK_END)
        file.write(digest)
        file.flush()
        os.fsync(file.fileno())


class Writer:
    def __init__(self, packed):
        self.packed, self.made = packed, timezone.now()
        self.facts = {"format": FORMAT, "made": self.made.isoformat(timespec="seconds")}
        self.files = {}

    def add(self, name, pieces, compressed=False, **facts):
        """Write ``pieces`` of bytes as the file ``name``. Uploads are compressed already."""
        entry = ZipInfo(name, self.made.timetuple()[:6])
        entry.compress_type = ZIP_DEFLATED if compressed else ZIP_STORED
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        digest, size = hashlib.sha256(), 0
        with self.packed.open(entry, "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files[name] = {"bytes": size, "sha256": digest.hexdigest(), **facts}

    def add_manifest(self):
        text = json.dumps(self.facts | {"files": self.files}, ensure_ascii=False, indent=1)
        self.add(MANIFEST, [text.encode()], compressed=True)


# --- reading ------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path):
    """The ``Archive`` at ``path``. Raises ``Refused`` for anything else, also when a member turns out to be unsound."""
    with open(path, "rb") as file:
        size = size_of(file)
        file.seek(max(size - SUM, 0))
        if file.read() != sum_of(file, size - SUM):
            raise Refused("it is damaged, cut short, or no backup of this portal (its SHA-256 does not fit)")
        try:
            with ZipFile(file) as packed:
                yield Archive(packed, size)
        except (BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
            raise Refused(f"it is no sound archive ({error})") from error


class Archive:
    """``facts`` are what the manifest says; ``files`` all members but the manifest: ``{name: facts}``."""

    def __init__(self, packed, size):
        self.packed = packed
        entries = packed.infolist()
        for entry in entries:
            if reason := fault(entry):
                raise Refused(f"its member {entry.filename!r} {reason}")
        if sum(entry.compress_size for entry in entries) > size:
            raise Refused("its members lie over one another")
        self.facts = read_manifest(packed)
        self.files = self.facts["files"]
        found, wanted = sorted(entry.filename for entry in entries), sorted([*self.files, MANIFEST])
        if found != wanted:
            others = sorted({*found} ^ {*wanted}) or ["one of them twice"]
            raise Refused(f"its members are not those of its manifest: {', '.join(others[:5])}")

    @property
    def uploads(self):
        """``(name, facts)`` of each."""
        return [(name.removeprefix(MEDIA), self.files[name]) for name in self.files if name.startswith(MEDIA)]

    def pieces(self, name):
        with self.packed.open(name) as source:
            while piece := source.read(PIECE):
                yield piece

    def verify(self):
        """Read everything, and raise ``Refused`` at the first member that is not what the manifest says."""
        for name, facts in self.files.items():
            digest, size = hashlib.sha256(), 0
            for piece in self.pieces(name):
                digest.update(piece)
                size += len(piece)
            if (size, digest.hexdigest()) != (facts["bytes"], facts["sha256"]):
                raise Refused(f"its member {name!r} is not what the manifest says")


def fault(entry):
    """What is wrong with a member before it is read, or ``None``."""
    name = entry.filename
    if name != entry.orig_filename or not is_plain(name):
        return "has a name that none of the portal’s files has"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG) or entry.flag_bits & 1:
        return "is no plain file"
    if entry.compress_type not in ((ZIP_STORED,) if name.startswith(MEDIA) else (ZIP_STORED, ZIP_DEFLATED)):
        return "is compressed in another way than the portal does"
    if entry.file_size > MOST_GROWTH * entry.compress_size or (name == MANIFEST and entry.file_size > MOST_MANIFEST):
        return "would grow beyond all measure"
    return None


def is_plain(name):
    """Whether a member may have this name: that of the manifest, of a database, or one that stays below ``media/``."""
    inside = name.startswith(MEDIA) and all(part not in ("", ".", "..") for part in name.split("/"))
    return name in (MANIFEST, *DATABASES.values()) or (inside and name.isprintable() and "\\" not in name)


def read_manifest(packed):
    try:
        facts = json.loads(packed.read(MANIFEST))
        if facts["format"] != FORMAT:
            raise Refused(f"its format is {facts['format']!r}, and this portal reads {FORMAT} only; update the code")
        has_database = DATABASES.get(facts["database"]["vendor"]) in facts["files"]
        has_sums = all({"bytes", "sha256"} <= file.keys() for file in facts["files"].values())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused("it has no manifest that can be read") from error
    if not (has_database and has_sums):
        raise Refused("its manifest names no database, or not the sums of its files")
    return facts
