"""`sluis rules`: the list, the policy tests and the check of files, as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import ROOT, sluis

CASES = ROOT / "rules" / "packs" / "cases"
FAILING = """\
cases:
  - name: Pull at class 4
    assets: [{name: Shop, class: C4 I1 A1}]
    ticket: {state: implement, rollout_strategy: pull}
    expect: {ICR-01: met}
  - name: Phased at class 4
    assets: [{name: Shop, class: C4 I1 A1}]
    ticket: {state: implement, rollout_strategy: phased}
    expect: {ICR-01: met, ICR-30: not applicable}
"""
OWN = """\
id: our-city
extends: vo-icr
version: "1"
effective_from: 2020-01-01
document: {nl: Onze regels, en: Our rules}
cite: Our city v1
rules:
  - id: ICR-11
    gate: authorize
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(FAILING, encoding="utf-8")
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "our-city.yaml").write_text(OWN, encoding="utf-8")
    return tmp_path


def test_the_cases_of_the_packs_hold() -> None:
    done = sluis("rules", "test", str(CASES), "--language", "en")
    assert (done.returncode, done.stdout.splitlines()[-1].endswith(" cases, 0 failed")) == (0, True)


def test_a_case_that_fails_says_expected_got_and_seen(folder: Path) -> None:
    done = sluis("rules", "test", str(folder / "shop.yaml"), "--language", "en")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "✗ shop.yaml: Pull at class 4",
        "    ICR-01: expected met, got violated — Rollout strategy says pull. "
        "The release size is not known, so it is judged as a major release.",
        "✓ shop.yaml: Phased at class 4",
        "2 cases, 1 failed",
    ]
    found = json.loads(sluis("rules", "test", str(folder / "shop.yaml"), "--format", "json").stdout)
    assert [one["passed"] for one in found] == [False, True]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("shop.yaml", "ICR-30:", "ICR-300:", 'unknown rule "ICR-300", did you mean "ICR-30"?'),
        ("packs/our-city.yaml", "gate: authorize", "gate: closed", "loosening a norm needs a waiver"),
        ("packs/our-city.yaml", "gate:", "gaet:", 'ICR-11.gaet: unknown key "gaet", did you mean "gate"?'),
        ("packs/our-city.yaml", "id: our-city", "id: our-town", "must be the name of the file"),
        ("packs/our-city.yaml", OWN, "\x00", "is no text that YAML can read"),
    ],
)
def test_lint_refuses_with_the_place_and_the_nearest(folder: Path, name, old, new, told) -> None:
    file = folder / name
    fine = sluis("rules", "lint", str(file))
    assert (fine.returncode, fine.stdout) == (0, f"{file.name}: in order\n"), fine.stderr
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = sluis("rules", "lint", str(file))
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


def test_own_packs_are_listed_and_tighten(folder: Path) -> None:
    env = {"SLUIS_PACKS_DIR": str(folder / "packs")}
    rows = {r["id"]: r for r in json.loads(sluis("rules", "--format", "json", env=env).stdout)}
    assert (rows["ICR-11"]["gate"], rows["ICR-11"]["cite"]) == (
        "authorize",
        "Vo-ICR R&D v2.1 §1.1 + Our city v1",
    )
    refused = sluis("rules", env={"SLUIS_PACKS_DIR": str(folder / "nowhere")})
    assert (refused.returncode, "name a folder with packs" in refused.stderr) == (2, True)


def test_a_pack_that_loosens_stops_the_bot_at_start(folder: Path) -> None:
    (folder / "packs" / "our-city.yaml").write_text(OWN.replace("authorize", "closed"), encoding="utf-8")
    env = {"SLUIS_PACKS_DIR": str(folder / "packs"), "JIRA_URL": "http://127.0.0.1:1", "JIRA_PAT": "x"}
    done = sluis("sync", env=env, cwd=folder)
    assert done.returncode == 2
    assert (
        "SLUIS_PACKS, SLUIS_PACKS_DIR: our-city.yaml: line 9: ICR-11.gate: closed comes after implement"
        in done.stderr
    )


def test_the_list_says_what_is_our_own_choice_and_where_there_are_two_gates() -> None:
    done = sluis("rules", "--packs", "patch,ibp-fo,keten-dap", "--format", "json", "--language", "en")
    rows = {row["id"]: row for row in json.loads(done.stdout)}
    assert rows["PATCH-5"]["own_choice"] == {}, (
        "the terms of lower priorities are the organisation's to declare"
    )
    assert rows["DAP-7"]["own_choice"] == {"ladder": ["change_manager", "keten_cab"], "hours_per_step": 24}
    assert rows["CH06-2"]["later"] == {"gate": "closed", "check": "kept_to_plan"}
    assert (rows["PATCH-4"]["own_choice"], rows["PATCH-4"]["later"]) == ({}, None)
    assert [rows[name]["evidence"] for name in ("PATCH-4", "PATCH-7", "PATCH-5")] == [
        "before_rollout",
        "after_rollout",
        None,
    ]
    headed = [rows["PATCH-5"][key] for key in ("title", "problem", "unshown")]
    assert headed == [
        "Implemented within the deadline",
        "Not implemented within the deadline",
        "Implementation not recorded",
    ]
    shown = {
        pack: " ".join(sluis("rules", "--packs", pack, "--language", "en").stdout.split())
        for pack in ("keten-dap", "patch")
    }
    assert "choice: up to the change manager and the chain CAB, a step every 24 hours" in shown["keten-dap"]
    assert "our own choice" not in shown["patch"]


def packs_listed(*more: str, cwd: Path, **env: str) -> set[str]:
    done = sluis("rules", "--format", "jsonl", *more, env=env, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return {json.loads(line)["pack"] for line in done.stdout.splitlines()}


def test_the_norms_in_use_are_read_from_the_file_with_settings_too(folder: Path) -> None:
    assert packs_listed(cwd=folder) == {"vo-icr"}
    settings = f"SLUIS_PACKS=vo-icr,patch\nSLUIS_PACKS_DIR={folder / 'packs'}\nSLUIS_LANGUAGE=en\n"
    (folder / ".env").write_text(settings, encoding="utf-8")
    assert packs_listed(cwd=folder) == {"vo-icr", "patch"}
    assert packs_listed(cwd=folder, SLUIS_PACKS="ibp-fo") == {"ibp-fo"}
    assert packs_listed("--packs", "processes", cwd=folder) == {"processes"}
    assert "Approval by the CAB" in sluis("rules", cwd=folder).stdout
    assert "Goedkeuring door de CAB" in sluis("rules", "--language", "nl", cwd=folder).stdout
    assert "Rollout: " in sluis("measures", cwd=folder).stdout
    assert sluis("rules", "test", str(folder / "shop.yaml"), cwd=folder).stdout.endswith(
        "2 cases, 1 failed\n"
    )
    rows = [json.loads(line) for line in sluis("rules", "--format", "jsonl", cwd=folder).stdout.splitlines()]
    assert {row["id"]: row["gate"] for row in rows}["ICR-11"] == "authorize"
    own = {"measures": {"SLUIS_PACKS_DIR": str(folder / "nowhere")}, "rules": {"SLUIS_LANGUAGE": "fr"}}
    refused = {command: sluis(command, env=env, cwd=folder) for command, env in own.items()}
    assert "name a folder with packs" in refused["measures"].stderr
    assert refused["rules"].stderr == "sluis: SLUIS_LANGUAGE: Input should be 'nl' or 'en'\n"
    assert {done.returncode for done in refused.values()} == {2}


def test_a_wrong_setting_that_has_nothing_to_do_with_it_stops_no_list(folder: Path) -> None:
    (folder / ".env").write_text("SLUIS_MAX_WRITES=many\nSLUIS_PACKS=patch\n", encoding="utf-8")
    assert packs_listed(cwd=folder) == {"patch"}


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("shop.yaml", "ICR-30:", "ICR-300:", "shop.yaml: line 9: Phased at class 4: expect: unknown rule"),
        ("shop.yaml", "rollout_strategy: pull}", "strategy: pull}", "shop.yaml: line 4: Pull at class 4: ticket"),
        ("shop.yaml", "rollout_strategy: pull}", "release_size: huge}", "shop.yaml: line 4: Pull at class 4: ticket."),
        ("shop.yaml", "cases:", "casess: []\ncases:", "shop.yaml: line 1: casess: unknown key"),
        ("packs/our-city.yaml", "gate:", "gaet:", "our-city.yaml: line 9: ICR-11.gaet: unknown key"),
        ("packs/our-city.yaml", "gate: authorize", "with: {rolls: [cab]}", "our-city.yaml: line 9: ICR-11.with.rolls"),
        ("packs/our-city.yaml", "id: our-city", "id: our-town", "our-city.yaml: line 1: id: "),
        ("packs/our-city.yaml", "extends: vo-icr", "extends: vo-irc", "our-city.yaml: line 2: extends: unknown pack"),
    ],
)  # fmt: skip
def test_lint_says_on_which_line_it_stands(folder: Path, name, old, new, told) -> None:
    file = folder / name
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = sluis("rules", "lint", str(file))
    assert (done.returncode, done.stderr.startswith(told)) == (2, True), done.stderr
