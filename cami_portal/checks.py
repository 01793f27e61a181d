"""What an installation needs beside its settings: said by `manage.py check --deploy`, and by a server that starts."""

import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.checks import Error, Warning, register, run_checks
from django.core.files.storage import default_storage

from publishing.storage import Away

NEEDED = "needed"  # without it the portal does not start
ADVISED = "advised"


@register(NEEDED, deploy=True)
def static_files_are_collected(**kwargs):
    if settings.DEBUG or not isinstance(staticfiles_storage, ManifestFilesMixin):
        return []
    there = {name for finder in get_finders() for name, storage in finder.list([])}
    hashed = staticfiles_storage.hashed_files
    missing = sorted(name for name in there if name not in hashed or not staticfiles_storage.exists(hashed[name]))
    if not missing:
        return []
    text = f"{len(missing)} static files are not collected, {missing[0]} among them."
    return [Error(text, hint="Run manage.py collectstatic --noinput.", id="portal.E001")]


@register(NEEDED, deploy=True)
def folders_can_be_written(**kwargs):
    folders = {"DUMP_ROOT": settings.DUMP_ROOT}
    if settings.STORAGES["default"]["BACKEND"] == "publishing.storage.SturdyStorage":
        folders["MEDIA_ROOT"] = settings.MEDIA_ROOT
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and "memory" not in str(database["NAME"]):
        folders["DATABASE_URL"] = Path(database["NAME"]).absolute().parent
    return [
        Error(
            f"Nothing can be written in {folder}, which {name} names.",
            hint=f"Make it the property of the account that runs the portal, or set {name} to another place.",
            id="portal.E002",
        )
        for name, folder in folders.items()
        if not can_be_written(Path(folder).absolute())
    ]


def can_be_written(folder):
    """Whether files can be made there, or the folder itself, which is not there before it is needed."""
    there = next(one for one in (folder, *folder.parents) if os.path.exists(one))
    return os.path.isdir(there) and os.access(there, os.W_OK | os.X_OK)


@register(NEEDED, deploy=True)
def edition_can_be_changed(**kwargs):
    if not settings.EDITION_FILE:
        return []
    file = Path(settings.EDITION_FILE).absolute()
    if os.path.isfile(file):  # its time is its owner's to set
        fits = os.access(file, os.W_OK) and os.geteuid() in (0, file.stat().st_uid)
    else:
        fits = not os.path.exists(file) and os.path.isdir(file.parent) and can_be_written(file.parent)
    if fits:
        return []
    return [
        Error(
            f"{file}, which EDITION_FILE names, can be neither made nor changed.",
            hint="Set it to a file in a folder that is there and belongs to the account that runs the portal, or leave "
            "it out.",
            id="portal.E003",
        )
    ]


@register(ADVISED, deploy=True)
def uploads_are_within_reach(**kwargs):
    """Asks a store elsewhere; and so is no condition of a start, which must not wait for others."""
    try:
        default_storage.listdir("")
    except OSError:
        pass  # of a folder, which may not be there before the first upload; E002 looks at it
    except Away as error:
        yield Warning(str(error), hint="Look at the variables S3_….", id="portal.W004")


@register(ADVISED, deploy=True)
def visitors_and_mails_arrive(**kwargs):
    if settings.HTTPS and not settings.BEHIND_PROXY:
        yield Warning(
            "HTTPS is on and BEHIND_PROXY is off: behind a proxy every request would be redirected for ever.",
            hint="Set BEHIND_PROXY=true if the proxy overwrites X-Forwarded-Proto; a server with TLS of its own needs "
            "nothing, and may silence this.",
            id="portal.W001",
        )
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield Warning(
            "No mail server is set: invitations and links for new passwords are printed by the server.",
            hint="Set EMAIL_URL.",
            id="portal.W002",
        )
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Warning(
            "Mails have a sender that does not exist, and few mail servers take them.",
            hint="Set DEFAULT_FROM_EMAIL.",
            id="portal.W003",
        )


def what_is_missing():
    """One line for each thing without which the portal must not start."""
    found = run_checks(tags=[NEEDED], include_deployment_checks=True)
    return [f"{one.msg} {one.hint}" for one in found]
