"""What the portal is made of is told by a file that other programs understand; an audit that asked nobody says so."""

import importlib.util
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from django.conf import settings
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

ROOT = Path(settings.BASE_DIR)
LOCK, LOCK_OF_BUCKET = ((ROOT / f"{name}.lock").read_text() for name in ("requirements", "requirements-s3"))
SCHEMAS = files("cyclonedx.schema") / "_res"
KNOWN = [{"id": "CVE-2027-1", "fix_versions": ["5.2.20"]}]


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bill():
    return script("sbom").bill(LOCK, LOCK_OF_BUCKET)


def schema(name):
    return json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text())


def test_the_bill_of_materials_is_cyclonedx(bill):
    others = [schema(name) for name in ("spdx", "jsf-0.82")]
    registry = Registry().with_resources([(one["$id"], DRAFT7.create_resource(one)) for one in others])
    checker = Draft7Validator(schema("bom-1.6"), registry=registry)
    assert [error.message for error in checker.iter_errors(bill)] == []
    assert list(checker.iter_errors(bill | {"specVersion": 1}))


def test_the_bill_names_everything_that_is_locked_and_what_needs_it(bill):
    told = {f"{one['name']}=={one['version']}": one["scope"] for one in bill["components"]}
    locked, of_bucket = (re.findall(r"^([^\s#;\\]+==[^\s;\\]+)", lock, re.MULTILINE) for lock in (LOCK, LOCK_OF_BUCKET))
    assert told == dict.fromkeys(of_bucket, "optional") | dict.fromkeys(locked, "required")
    assert "optional" in told.values()
    sums = [one["content"] for part in bill["components"] for one in part["externalReferences"][0]["hashes"]]
    assert sorted(sums) == sorted(set(re.findall("sha256:(.*?)(?: |$)", LOCK + LOCK_OF_BUCKET, re.MULTILINE)))
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    wanted = "\n".join((ROOT / f"{name}.txt").read_text() for name in ("requirements", "requirements-s3"))
    direct = re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", wanted, re.MULTILINE)
    assert needs["cami-portal"] == sorted(f"pkg:pypi/{name.lower()}@{version}" for name, version in direct)
    assert {ref for used in needs.values() for ref in used} == {one["bom-ref"] for one in bill["components"]}


def test_every_package_that_is_installed_has_a_licence(bill):
    not_here = ["async-timeout", "colorama"]  # for older Pythons, and for Windows
    assert [one["name"] for one in bill["components"] if "licenses" not in one] == not_here


@pytest.mark.parametrize(
    ("answers", "code", "line"),
    [
        ([[]], 75, "Not audited: no service"),
        ([[{"name": "a", "skip_reason": "?"}]], 75, "Not audited: no service"),
        ([[{"name": "a", "skip_reason": "?"}, {"name": "b", "version": "1", "vulns": []}]], 75, "Not audited: a. In"),
        ([[{"name": "b", "version": "1", "vulns": []}]], 0, "No vulnerability is known in 1 packages."),
        (
            [[{"name": "b", "skip_reason": "?"}], [{"name": "b", "version": "1", "vulns": []}]],
            0,
            "No vulnerability is known in 1 packages.",
        ),
        (
            [[{"name": "a", "skip_reason": "?"}, {"name": "b", "version": "1", "vulns": KNOWN}]],
            1,
            "b 1: CVE-2027-1, mended in 5.2.20",
        ),
    ],
)
def test_an_audit_says_what_was_found_or_that_nobody_could_be_asked(answers, code, line):
    found, lines = script("audit").verdict(answers)
    assert (found, lines[0][: len(line)]) == (code, line)


@pytest.mark.parametrize("program", ["print('ConnectionError')", "import sys; sys.exit('no route to host')"])
def test_a_service_that_cannot_be_reached_knows_nothing(monkeypatch, program):
    audit = script("audit")
    run = audit.subprocess.run
    monkeypatch.setattr(audit.subprocess, "run", lambda command, **options: run([command[0], "-c", program], **options))
    assert audit.asked("osv") == []
