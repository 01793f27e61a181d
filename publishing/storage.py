"""Files that editors upload: whole or not there; gone with a transaction that fails; put aside when their row goes.

A file that is put aside is served to nobody any more, so that a picture can be taken down at once, and comes back when
its row is restored. ``manage.py media_orphans`` removes it for good later. Files lie in a folder, or in a bucket
(``buckets.py``), which has the same methods.
"""

import os
import re
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.apps import apps
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models, transaction
from django.utils import timezone

ASIDE = "removed/"
VARIANT = re.compile(r"pictures/[0-9a-f]{32}-")  # can be made again from the picture

written = ContextVar("written", default=None)


class Away(Exception):
    """The store of files cannot be asked, or refuses; that it has no such file is a ``FileNotFoundError``."""


class SturdyStorage(FileSystemStorage):
    """Under its own name a file is there wholly, on the disk, or not at all."""

    def _save(self, name, content):
        part = f"{name}.part"
        try:
            part = super()._save(part, content)
            for path, flags in ((self.path(part), os.O_RDWR), (os.path.dirname(self.path(name)), os.O_RDONLY)):
                handle = os.open(path, flags)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
            os.rename(self.path(part), self.path(name))
        except BaseException:
            with suppress(OSError):
                self.delete(part)
            raise
        note_written(name)
        return name

    def move(self, name, target):
        """As if it was written now."""
        path = self.path(target)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.rename(self.path(name), path)
        os.utime(path)

    def set_modified_time(self, name, moment):
        os.utime(self.path(name), (moment.timestamp(), moment.timestamp()))


def note_written(name):
    if written.get() is not None:
        written.get().append(name)


@contextmanager
def together_with_rows():
    """Around a transaction: what was written inside and no row names afterwards is removed."""
    names = []
    token = written.set(names)
    try:
        yield
    finally:
        written.reset(token)
        if names:
            with suppress(Away):  # media_orphans finds them later
                for name in set(names) - set(names_in_rows()):
                    default_storage.delete(name)


def names_in_rows():
    """Every file that a row of any table names."""
    for model in apps.get_models():
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
        if fields:
            for row in model._base_manager.only(*fields, *getattr(model, "VARIANTS", [])).iterator():
                yield from names_of(row)


def names_of(row):
    """The files that a row names: pictures have variants beside the file itself."""
    fields = [field for field in row._meta.concrete_fields if isinstance(field, models.FileField)]
    names = [getattr(row, field.attname).name for field in fields]
    return [name for name in [*names, *getattr(row, "variant_names", [])] if name]


def put_aside(names):
    """Once the transaction is committed: what no row needs any more is out of everybody's reach."""
    if names:
        transaction.on_commit(lambda: move_aside(names), robust=True)


def move_aside(names):
    for name in set(names):
        if VARIANT.match(name):
            default_storage.delete(name)
        elif default_storage.exists(name):
            default_storage.move(name, ASIDE + name)  # its days are counted from now


def bring_back(row):
    """The same for a row restored from what a history kept: its files return, as far as they are still there."""
    if names_of(row):
        transaction.on_commit(lambda: move_back(row), robust=True)


def is_kept(name):
    """Whether a file is there or put aside."""
    return default_storage.exists(name) or default_storage.exists(ASIDE + name)


def move_back(row):
    for name in names_of(row):
        if default_storage.exists(ASIDE + name) and not default_storage.exists(name):
            default_storage.move(ASIDE + name, name)
    if variants := getattr(row, "variant_names", []):
        there = [name for name in variants if default_storage.exists(name)]
        if there != variants:
            row.draw(known=there)
            type(row)._base_manager.filter(pk=row.pk).update(variants=row.variants)


def all_files():
    """``(name, whole days since it was written or put aside)`` of every file."""
    for name in file_names():
        yield name, (timezone.now() - default_storage.get_modified_time(name)).days


def file_names(folder=""):
    """The names of all files below ``folder``, which ends with a slash."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # before the first upload
        return
    yield from (f"{folder}{file}" for file in files)
    for one in folders:
        yield from file_names(f"{folder}{one}/")
