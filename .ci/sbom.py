"""The software bill of materials: what an installation is made of, as CycloneDX 1.6 (https://cyclonedx.org).

Made from requirements.lock, and of requirements-s3.lock what only a bucket needs, and so the same on every machine, but
for the licences, which the installed packages say. The hashes are those of all files of a release, of which one gets
installed.
"""

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

PIN = re.compile(r"([a-z0-9-]+)==([^\s;\\]+)")
VIA = re.compile(r"^    # (?:via |  )(\S.*)$", re.MULTILINE)
ROOT = "cami-portal"


def locked(text):
    """``(name, version, hashes, what needs it)`` of every package of a lock file."""
    for block in re.split(r"\n(?=\S)", text):
        if found := PIN.match(block):
            # "-c" names the other lock file, whose version is taken.
            needed_by = [ROOT if one.startswith("-r ") else one for one in VIA.findall(block) if one[:3] != "-c "]
            yield *found.groups(), re.findall(r"--hash=sha256:([0-9a-f]{64})", block), needed_by


def licences(name):
    """As CycloneDX writes them; nothing, where the package is not installed here or does not say."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return []
    if expression := about["License-Expression"]:
        return [{"expression": expression}]
    told = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier", []) if one.startswith("License ::")]
    short = about["License"] if len(about["License"] or "") < 60 else None  # some give the whole text
    return [{"license": {"name": one}} for one in told or [short] if one]


def component(name, version, hashes, scope):
    page = f"https://pypi.org/project/{name}/{version}/"
    sums = [{"alg": "SHA-256", "content": one} for one in hashes]
    found = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "scope": scope,
        "externalReferences": [{"type": "distribution", "url": page, "hashes": sums}],
    }
    return found | ({"licenses": told} if (told := licences(name)) else {})


def bill(lock, lock_of_wishes):
    required = list(locked(lock))
    known = {name for name, *_rest in required}
    wishes = list(locked(lock_of_wishes))
    packages = [*required, *(package for package in wishes if package[0] not in known)]
    refs = {name: f"pkg:pypi/{name}@{version}" for name, version, _hashes, _needed_by in packages} | {ROOT: ROOT}
    needs = {ref: set() for ref in refs.values()}
    for name, _version, _hashes, needed_by in [*required, *wishes]:
        for one in needed_by:
            needs[refs[one]].add(refs[name])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid5(NAMESPACE_URL, lock + lock_of_wishes).urn,
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": ROOT, "name": ROOT}},
        "components": [
            component(*package[:3], "required" if package[0] in known else "optional") for package in packages
        ],
        "dependencies": [{"ref": ref, "dependsOn": sorted(used)} for ref, used in needs.items()],
    }


if __name__ == "__main__":
    locks = [Path(name).read_text() for name in ("requirements.lock", "requirements-s3.lock")]
    json.dump(bill(*locks), sys.stdout, indent=1)
    sys.stdout.write("\n")
