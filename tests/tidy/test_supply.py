"""What comes from others: what the audit catches in locks, answers and licences."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import lint_locks
from scripts.advisories import ACCEPTED, Report, read_npm_audit, read_pip_audit
from scripts.licences import Licensed, faults
from scripts.lint_locks import Pin, conflicts, npm_faults, pins
from scripts.sbom import bill

ROOT = Path(__file__).parents[2]
LOCK = Path("requirements/runtime.txt")
NPM_LOCK = Path("console/package-lock.json")
HASH = "0123456789abcdef" * 4
GOOD = f"""\
idna==3.20 \\
    --hash=sha256:{HASH} \\
    --hash=sha256:{HASH[::-1]}
    # via httpx
uvloop==0.23.0 ; sys_platform != 'win32' \\
    --hash=sha256:{HASH}
    # via crm-cell (pyproject.toml)
"""


def test_every_lock_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_locks.main() == 0


def test_a_lock_is_read_with_versions_markers_and_hashes() -> None:
    assert list(lint_locks.faults(LOCK, GOOD)) == []
    assert pins(GOOD) == [
        Pin("idna", "3.20", None, [HASH, HASH[::-1]]),
        Pin("uvloop", "0.23.0", "sys_platform != 'win32'", [HASH]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "idna>=3.20",
        "idna==3.20",
        "idna @ https://example.org/idna.whl \\",
        "-e .",
        "--extra-index https://example.org",
        "    --hash=md5:0123",
        f"    --hash=sha256:{HASH[1:]}",
    ],
)
def test_a_line_that_pins_nothing_by_hash_is_found(line: str) -> None:
    (fault,) = lint_locks.faults(LOCK, f"{GOOD}{line}\n")
    assert fault == f"{LOCK}:8: neither a version nor a hash: {line.strip()}"


def test_a_pin_without_a_hash_is_found() -> None:
    assert list(lint_locks.faults(LOCK, "idna==3.20 \\\n    # via httpx\n")) == [
        f"{LOCK}: idna has no hash"
    ]


def test_two_locks_that_disagree_are_found() -> None:
    other = Path("requirements/dev.txt")
    older = GOOD.replace("3.20", "3.19")
    assert list(conflicts({LOCK: GOOD, other: older})) == [
        f"{other}: idna 3.19, but 3.20 in {LOCK}"
    ]


def test_an_npm_package_without_a_hash_or_with_an_address_is_found() -> None:
    packages = {
        "": {"name": "console"},
        "node_modules/a": {"integrity": "sha512-AA=="},
        "node_modules/b": {"integrity": "sha1-AA=="},
        "node_modules/c": {"integrity": "sha512-AA==", "resolved": "somewhere"},
    }
    assert list(npm_faults(NPM_LOCK, {"packages": packages})) == [
        f"{NPM_LOCK}: node_modules/b has no SHA-512",
        f"{NPM_LOCK}: node_modules/c has an address",
    ]


def test_known_vulnerabilities_are_told_with_the_version_that_mends_them() -> None:
    vulns = [
        {"id": "PYSEC-1", "fix_versions": ["3.21"], "aliases": ["CVE-1"]},
        {"id": "PYSEC-2", "fix_versions": [], "aliases": []},
    ]
    package = {"name": "idna", "version": "3.20", "vulns": vulns}
    fine = {"name": "rich", "version": "15.0.0", "vulns": []}
    assert read_pip_audit(json.dumps({"dependencies": [package, fine]})) == Report(
        known=[
            "idna 3.20: PYSEC-1 (fixed in 3.21)",
            "idna 3.20: PYSEC-2 (fixed in no version yet)",
        ]
    )


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_an_accepted_advisory_is_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACCEPTED, name, "we call nothing of it")
    vulns = [{"id": "PYSEC-1", "fix_versions": [], "aliases": ["CVE-1"]}]
    package = {"name": "idna", "version": "3.20", "vulns": vulns}
    assert read_pip_audit(json.dumps({"dependencies": [package]})) == Report()


def test_a_package_that_nobody_answered_for_is_not_taken_for_a_good_one() -> None:
    skipped = {"name": "idna", "skip_reason": "Dependency not found and could not be audited"}
    assert read_pip_audit(json.dumps({"dependencies": [skipped]})) == Report(not_asked=["idna"])
    assert read_pip_audit("") == Report(not_asked=["every Python package"])


def test_an_npm_registry_without_an_answer_is_not_taken_for_a_good_one() -> None:
    refusal = json.dumps({"message": "405 Method Not Allowed", "statusCode": 405})
    everything = Report(not_asked=[f"{NPM_LOCK}: every package"])
    assert read_npm_audit(NPM_LOCK, refusal) == everything
    assert read_npm_audit(NPM_LOCK, "") == everything
    assert read_npm_audit(NPM_LOCK, json.dumps({"vulnerabilities": {}})) == Report()


def test_an_npm_advisory_is_told_once_and_not_for_each_that_needs_the_package() -> None:
    advisory = {"title": "Scripts run", "url": "https://example.org/GHSA-1", "range": "<2"}
    vulnerabilities: dict[str, Any] = {
        "a": {"range": "<2", "via": [advisory]},
        "b": {"range": "*", "via": ["a"]},
    }
    assert read_npm_audit(NPM_LOCK, json.dumps({"vulnerabilities": vulnerabilities})) == Report(
        known=[f"{NPM_LOCK}: a <2: Scripts run (https://example.org/GHSA-1)"]
    )


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("LGPL-2.1-only AND MIT", False),
        ("MIT OR GPL-3.0-only AND MIT", True),
        ("(MIT OR ISC) AND GPL-3.0-only", False),
        ("MPL-2.0", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_a_licence_is_fine_only_when_somebody_agreed_to_it(licence: str, fine: bool) -> None:
    assert list(faults([Licensed("some", "1.0", licence)])) == (
        [] if fine else [f"some 1.0: {licence}: not an allowed licence"]
    )


def test_what_was_agreed_for_one_package_is_not_agreed_for_all() -> None:
    assert list(faults([Licensed("certifi", "1.0", "MPL-2.0")])) == []


def test_a_package_that_cannot_be_asked_is_a_fault() -> None:
    assert list(faults([Licensed("some", "1.0", None)])) == [
        "some 1.0: not installed, or another version is"
    ]


def test_the_bill_has_what_the_lock_has_and_nothing_that_is_only_for_working_here() -> None:
    installed = [
        {"bom-ref": "PyJWT==2.15.1", "name": "PyJWT", "type": "library"},
        {"bom-ref": "pytest==9.2.0", "name": "pytest", "type": "library"},
    ]
    environment = {
        "metadata": {"component": {"bom-ref": "root", "name": "crm-cell"}},
        "components": installed,
        "dependencies": [
            {"ref": "root", "dependsOn": ["PyJWT==2.15.1", "pytest==9.2.0"]},
            {"ref": "PyJWT==2.15.1"},
            {"ref": "pytest==9.2.0", "dependsOn": ["PyJWT==2.15.1"]},
        ],
    }
    bundle = {"bom-ref": "pkg:npm/redoc@2.5.4", "name": "redoc"}
    lock = [Pin("pyjwt", "2.15.1", None, [HASH]), Pin("colorama", "0.4.6", "win", [HASH])]
    whole = bill(environment, lock, [bundle])
    jwt, colorama, redoc = whole["components"]
    assert jwt["bom-ref"] == "PyJWT==2.15.1"
    assert jwt["purl"] == "pkg:pypi/pyjwt@2.15.1"
    assert jwt["externalReferences"][-1]["hashes"] == [{"alg": "SHA-256", "content": HASH}]
    assert "scope" not in jwt
    assert colorama["scope"] == "optional"
    assert redoc == bundle
    assert whole["dependencies"] == [
        {"ref": "root", "dependsOn": ["PyJWT==2.15.1", "colorama==0.4.6", "pkg:npm/redoc@2.5.4"]},
        {"ref": "PyJWT==2.15.1", "dependsOn": []},
        {"ref": "colorama==0.4.6", "dependsOn": []},
        {"ref": "pkg:npm/redoc@2.5.4", "dependsOn": []},
    ]
