"""The command `sluis` as a process: exit codes, machine formats on stdout, errors as lines with the fix."""

from __future__ import annotations

import json
import os
import pwd
import shlex
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import clock
import pytest

from sandbox.town import Town

ROOT = Path(__file__).parents[2]


def sluis(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        clock.sluis(*arguments),
        env={**_bare(), **(env or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _bare() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    return kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}


@pytest.fixture
def env(town: Town) -> dict[str, str]:
    return town.env() | {"SLUIS_LANGUAGE": "en"}


def test_every_classification_has_its_measures() -> None:
    done = sluis("measures", "--all", "--format", "jsonl")
    cases = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(cases) == 3000
    keys = ("confidentiality", "integrity", "availability", "gdpr", "ksz", "nis2", "size")
    assert len({tuple(case[k] for k in keys) for case in cases}) == 3000
    assert set(cases[0]) == {*keys, "measures", "rollout", "hours"}


@pytest.mark.parametrize(
    ("arguments", "rollout", "hours", "has", "lacks"),
    [
        (
            "-C 1 -I 2 -A 2 --size minor",
            ["big_bang", "phased", "limited_pull", "pull"],
            "5x10",
            "ICR-09",
            "ICR-10",
        ),
        ("-C 3 -I 1 -A 3 --size sprint", ["big_bang", "phased", "limited_pull"], "24x7", "ICR-11", "ICR-14"),
        ("-C 3 -I 4 -A 2 --gdpr --size major", ["big_bang", "phased"], "5x10", "ICR-34", "ICR-15"),
        ("-C 5 -I 1 -A 1 --size minor", ["phased"], "5x10", "ICR-19", "ICR-30"),
        ("-C 1 -I 1 -A 1 --ksz --nis2", ["big_bang", "phased", "limited_pull"], "5x10", "ICR-43", "ICR-40"),
    ],
)
def test_measures_of_one_classification(arguments, rollout, hours, has, lacks) -> None:
    found = json.loads(sluis("measures", *arguments.split(), "--format", "json").stdout)
    assert (found["rollout"], found["hours"]) == (rollout, hours)
    assert has in found["measures"]
    assert lacks not in found["measures"]


def test_rules_lists_every_rule_with_its_clause() -> None:
    rows = [
        json.loads(line)
        for line in sluis("rules", "--format", "jsonl", "--language", "en").stdout.splitlines()
    ]
    by_id = {row["id"]: row for row in rows}
    assert by_id["ICR-17"]["cite"] == "Vo-ICR R&D v2.1 §1.1"
    assert by_id["ICR-40"]["reserved"] is True
    said = {
        name: (by_id[name]["evidence"], by_id[name]["stays"], by_id[name]["irreparable"]) for name in by_id
    }
    assert said["ICR-01"] == ("before_rollout", True, False)
    assert said["ICR-31"] == ("before_rollout", False, True)
    assert said["ICR-16"][0] is None
    assert len(by_id) == 47
    assert (by_id["KPI-1"]["item"], by_id["KPI-1"]["gate"]) == ("report", "-")
    assert by_id["ICR-51"]["applies"]["when"] == {"field": "rollout_strategy", "is": "limited_pull"}


def test_rules_of_every_pack_and_as_a_table() -> None:
    packs = "vo-icr,ibp-fo,processes,patch,keten-dap"
    shown = sluis("rules", "--packs", packs, "--language", "en", env={"COLUMNS": "200"}).stdout
    assert "CH06-1" in shown
    assert "declared once for the organisation" in shown
    assert "where Patch says" in shown
    assert "where Data breach says" in shown


@pytest.mark.smoke
def test_check_answers_in_the_promised_form(env) -> None:
    done = sluis("check", "CHG-1", "--format", "json", env=env)
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer["ticket"] == "CHG-1"
    assert {k: answer["classification"][k] for k in ("confidentiality", "integrity", "availability", "gdpr")} == {
        "confidentiality": 5, "integrity": 4, "availability": 3, "gdpr": True,
    }  # fmt: skip
    found = {f["id"]: f for f in answer["findings"]}
    assert {i: found[i]["verdict"] for i in ("ICR-11", "ICR-16", "ICR-17", "ICR-12")} == {
        "ICR-11": "met", "ICR-16": "violated", "ICR-17": "pending", "ICR-12": "pending",
    }  # fmt: skip
    assert set(found["ICR-17"]) >= {"id", "pack", "verdict", "gate", "because", "seen", "wanted", "who"}
    assert (found["ICR-17"]["pack"], found["ICR-17"]["gate"], found["ICR-17"]["who"]) == (
        "vo-icr", "implement", ["Dina Peeters"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("check", "CHG-1", "--strict"), 1, "not allowed"),
        (("check", "CHG-99"), 1, "CHG-99 was not found in jira or servicenow"),
        (("explain", "CHG-1", "ICR-17"), 0, "Citizen register is class 5 in confidentiality"),
        (("explain", "CHG-1", "ICR-41"), 0, "has no social data"),
        (("explain", "CHG-1", "ICR-71"), 2, "did you mean"),
        (("explain", "CHG-1", "ICR-16"), 0, "In Jira: "),
        (("explain", "CHG-1", "ICR-16", "--language", "nl"), 0, "Oordeel: niet toegestaan"),
        (("explain", "CHG-1", "--why-not", "ICR-41"), 0, "has no social data"),
        (("explain", "CHG-1", "--why-not", "ICR-16"), 0, "This does apply: Citizen register is class 5"),
        (("explain", "CHG-1", "--why-not", "ICR-71"), 2, "did you mean"),
        (("explain", "CHG-1", "--why-not", "ICR-41", "--format", "json"), 0, '"applies": false'),
        (("explain", "CHG-1", "ICR-16", "--format", "json"), 0, '"looked_at": ['),
        (("doctor",), 0, "works as Sluiswachter"),
    ],
)
def test_one_ticket_asked(env, arguments, code, told) -> None:
    done = sluis(*arguments, env=env)
    assert (done.returncode, told in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr


def test_a_servicenow_change_is_asked_by_its_number(town: Town, env) -> None:
    number = town.servicenow.row("change_request", town.payment)["number"]
    answer = json.loads(sluis("check", number, "--format", "json", env=env).stdout)
    assert (answer["ticket"], answer["source"], answer["classification"]["confidentiality"]) == (
        number,
        "servicenow",
        4,
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"JIRA_URL": ""}, "JIRA_URL, SERVICENOW_URL: neither is set"),
        ({"SLUIS_MODE": "akt"}, "SLUIS_MODE"),
        ({"SLUIS_MODUS": "act"}, "SLUIS_MODUS: no such setting; did you mean SLUIS_MODE?"),
        ({"JIRA_PROJECT": "CHG"}, "JIRA_PROJECT: no such setting; did you mean JIRA_PROJECTS?"),
        ({"SLUIS_PACKS": "vo-irc"}, "vo-irc"),
        (
            {"SLUIS_TIMEZONE": "Europe/Brussel"},
            "SLUIS_TIMEZONE: is not a time zone; did you mean Europe/Brussels?",
        ),
        ({"SLUIS_DATABASE_URL": "mysql://x"}, "SLUIS_DATABASE_URL: unknown kind of database"),
        ({"SLACK_CHANNEL": "#changes"}, "SLACK_CHANNEL"),
        (
            {"JIRA_API_TOKEN_FILE": "/nowhere/token", "JIRA_API_TOKEN": ""},
            "JIRA_API_TOKEN_FILE: No such file",
        ),
    ],
)
def test_a_wrong_setting_stops_at_start_with_the_variable_and_the_fix(tmp_path, env, wrong, told) -> None:
    settings = env | wrong if "JIRA_URL" not in wrong else {"SLUIS_LANGUAGE": "en"}
    done = sluis("sync", env=settings, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert [line for line in lines if line.startswith("sluis: ") and told in line], done.stderr
    assert "Traceback" not in done.stderr
    assert "sandbox-token" not in done.stderr


def test_a_run_reports_on_stdout_and_logs_on_stderr(tmp_path, env) -> None:
    done = sluis("sync", "--format", "json", env=env | {"SLUIS_MODE": "act"}, cwd=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["mode"], report["exit_code"]) == (0, "act", 0)
    assert report["writes"] >= 5
    again = json.loads(sluis("report", env=env, cwd=tmp_path).stdout)
    assert again["writes"] == report["writes"]
    assert again["waiting"]
    assert all(one["points"] and one["waits"] for one in again["waiting"])
    told = sluis("report", "--format", "text", "--language", "nl", env=env, cwd=tmp_path).stdout.splitlines()
    assert len(told) == len(again["waiting"]) + 2
    assert "minder dan een" in told[1]  # it was made a moment ago


def test_two_bots_on_one_journal_are_refused(tmp_path, env) -> None:
    from bot.journal import open_journal

    journal = open_journal(env["SLUIS_DATABASE_URL"])
    try:
        done = sluis("sync", env=env, cwd=tmp_path)
    finally:
        journal.close()
    assert done.returncode == 2
    assert done.stderr.startswith("sluis: SLUIS_DATABASE_URL: ")


def test_serve_works_answers_health_and_leaves_when_told(town: Town, tmp_path, env) -> None:
    port = str(_free_port())
    serving = subprocess.Popen(
        clock.sluis("serve"),
        env=_bare() | env | {"SLUIS_MODE": "act", "SLUIS_HTTP_PORT": port},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _until(lambda: _status(f"http://127.0.0.1:{port}/readyz") == 200)
        assert _status(f"http://127.0.0.1:{port}/healthz") == 200
        assert 'sluis_runs_total{exit_code="0"} 1.0' in _get(f"http://127.0.0.1:{port}/metrics")
        assert sluis("health", env={"SLUIS_HTTP_PORT": port}, cwd=tmp_path).returncode == 0
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=60) == 0
    finally:
        serving.kill()
        serving.stderr.close()
    assert any(c.author.name == "Sluiswachter" for c in town.jira.issues[town.change].comments)
    assert sluis("health", env={"SLUIS_HTTP_PORT": port}, cwd=tmp_path).returncode == 1


def _free_port() -> int:
    import socket

    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=2) as answer:
        return answer.read().decode()


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _until(holds, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_the_doctor_names_the_tickets_that_take_no_note(town: Town, env) -> None:
    town.servicenow.set("change_request", town.payment, backout_plan="")
    town.servicenow.access.mandatory["backout_plan"] = "Backout plan is mandatory"
    sluis("sync", env={**env, "SLUIS_MODE": "act"})
    told = sluis("doctor", env=env).stdout
    number = town.servicenow.row("change_request", town.payment)["number"]
    assert f"{number}  takes no comment: Backout plan is mandatory" in told
    assert "never the bot's" in told


def test_a_word_is_given_by_the_machines_account_whatever_name_it_gives(env: dict[str, str]) -> None:
    forged = env | {"USER": "Karim", "LOGNAME": "Karim", "SUDO_USER": "Karim"}
    mine = pwd.getpwuid(os.getuid()).pw_name
    done = sluis("allow", "412", "--as", "Karim  Aziz", env=forged)
    assert done.stdout == (
        f"The next cycle may write 412 messages. On record: {mine}, in the name of Karim Aziz.\n"
    )
    told = json.loads(sluis("audit", "person", "Karim Aziz", "--export", env=env).stdout)["places"]
    assert [(one["table"], one["where"]) for one in told] == [("audit_beside", "personal/as")]
    assert sluis("audit", "verify", env=env).returncode == 0


def test_a_journal_that_cannot_grow_ends_the_run_in_one_line(env: dict[str, str], tmp_path: Path) -> None:
    assert sluis("sync", env=env, cwd=tmp_path).returncode == 0
    full = ["bash", "-c", f"ulimit -f 40; exec {shlex.join(clock.sluis('sync', '--full'))}"]
    done = subprocess.run(
        full, env={**_bare(), **env}, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("sluis: the journal cannot be ") and line.endswith("; the run ended there"), line
