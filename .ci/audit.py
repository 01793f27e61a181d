"""Whether a vulnerability is known in anything that is locked.

pip-audit says "No known vulnerabilities found" also when nobody could be asked. Here the answer is one of three: none
is known (exit 0), some are (1), or not audited (75), where no service knows these packages or can be reached.
"""

import json
import subprocess
import sys

LOCK = "requirements-dev.lock"  # which holds what the portal runs with too
NOT_AUDITED = 75


def asked(service):
    """What ``service`` knows: ``[{"name", "version", "vulns"}, {"name", "skip_reason"}, …]``; ``[]`` if it is away."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--require-hashes", "--disable-pip"]
    command += ["--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)  # noqa: S603 - all words stand here
        return json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return []


def verdict(answers):
    """``(exit code, lines)`` for the answers of all services."""
    audited = {(one["name"], one["version"]): one["vulns"] for answer in answers for one in answer if "vulns" in one}
    names = {one["name"] for answer in answers for one in answer}
    missing = sorted(names - {name for name, version in audited})
    lines = [
        f"{name} {version}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'no version yet'}"
        for (name, version), vulnerabilities in sorted(audited.items())
        for known in vulnerabilities
    ]
    if lines:
        return 1, lines
    if not audited:
        return NOT_AUDITED, ["Not audited: no service that knows of vulnerabilities could be asked."]
    if missing:
        return NOT_AUDITED, [f"Not audited: {', '.join(missing)}. In the other {len(audited)} nothing is known."]
    return 0, [f"No vulnerability is known in {len(audited)} packages."]


if __name__ == "__main__":
    answers = [asked("pypi")]
    if verdict(answers)[0] == NOT_AUDITED:
        answers.append(asked("osv"))
    code, lines = verdict(answers)
    print("\n".join(lines))
    sys.exit(code)
