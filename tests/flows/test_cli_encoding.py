"""Commands whose output goes to a pipe that is not UTF-8: no traceback, the usual exit code, JSON that can be read."""

from __future__ import annotations

import json
import os
import subprocess

import clock
import pytest
from test_cli import ROOT

from sandbox.town import Town


def sluis(*words: str, env: dict[str, str], encoding: str) -> subprocess.CompletedProcess[str]:
    own = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
        "PYTHONIOENCODING": encoding,
    }
    return subprocess.run(
        clock.sluis(*words), env=own | env, capture_output=True, encoding=encoding, timeout=60, check=False
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize(
    "words",
    [
        ("check", "CHG-1"),
        ("explain", "CHG-1", "ICR-17"),
        ("doctor",),
        ("rules",),
        ("measures", "-C", "3", "-I", "4", "-A", "2"),
        ("waive", "CHG-1", "--list"),
        ("sync",),
    ],
    ids=" ".join,
)
def test_no_command_dies_of_a_character(town: Town, words: tuple[str, ...], encoding: str) -> None:
    env = town.env() | {"SLUIS_LANGUAGE": "nl", "SLUIS_MODE": "observe"}
    usual, done = (sluis(*words, env=env, encoding=one) for one in ("utf-8", encoding))
    assert "Traceback" not in done.stderr
    assert (done.returncode, bool(done.stdout)) == (usual.returncode, bool(usual.stdout))


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_json_says_the_same(town: Town, encoding: str) -> None:
    env = town.env() | {"SLUIS_LANGUAGE": "nl"}
    for words in (("check", "CHG-1", "--format", "json"), ("explain", "CHG-1", "ICR-17", "--format", "json")):
        usual, done = (sluis(*words, env=env, encoding=one).stdout for one in ("utf-8", encoding))
        assert json.loads(done).keys() == json.loads(usual).keys()
        assert json.loads(done).get("findings") == json.loads(usual).get("findings")
