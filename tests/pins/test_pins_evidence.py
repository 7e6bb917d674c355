"""An evidence pack of a small journal, whole: packs that were given out are read and checked for years."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from build import day
from test_pins_snapshot import FACTS, FINDING, TICKET

from bot.audit.evidence_pack import Request, made, write
from bot.journal import Decided, open_journal
from bot.messages.i18n.speaker import Translator
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.ports.interactions import Interaction, InteractionKind
from domain.ports.messaging import Place
from domain.sentence import say
from domain.snapshot import snapshot
from domain.waiver import Waiver
from rules.loading.loader import load_packs

VERIFIER = "0793276c5fdc7b6e682d8b627fe9162c3842c1b45ac09a8ac574838cccfa8178"
"""Of the file that stands in packs as `verify.py`. Who changes it writes the new sum here, knowing that packs that were
given out are checked with the old one.
"""


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ticket judged twice, a message, an exception and a press, with salts that are the same each time."""
    salts = itertools.count()
    monkeypatch.setattr("secrets.token_hex", lambda size: f"{next(salts):0{2 * size}x}")
    journal, kept = open_journal(f"sqlite:///{tmp_path / 'sluis.db'}"), snapshot(FACTS)
    comment = OutgoingMessage(
        "jira", "jira:10001", "comment", "10001", "h1", {"text": "Two to settle"}, say("first said")
    )
    journal.store(TICKET, [FINDING], kept, day(10), [comment])
    slot = journal.lease(journal.due_rows(day(10))[0].id, "me", day(10), 60)
    assert slot is not None
    assert journal.begin(slot, Place("10001"), day(10), 60)
    journal.confirm(slot, "501", day(10))
    waiver = Waiver("jira:10001", ("ICR-17",), "Later <b>", "Ci", Role.CAB, day(11), day(20))
    journal.record_waiver(waiver, "ci")
    journal.keep(Interaction("press:1", InteractionKind.PRESS, "U1", "seen", "jira:10001||"), day(11))
    deed = journal.next_interaction("desk", day(11), 60)
    assert deed is not None
    journal.decide(deed, "desk", Decided("seen", {}, "jira:10001", "ci", "Ci"), day(11))
    later = replace(TICKET, state=State.SCHEDULED, updated=day(12))
    journal.store(later, [replace(FINDING, verdict=Verdict.MET)], kept, day(12))
    speak = Translator("en", ZoneInfo("Europe/Brussels"))
    pack = made(journal, load_packs(["vo-icr"]), Request("CHG-1", day(13), "auditor"), speak)
    journal.close()
    assert pack is not None
    write(pack, tmp_path / "pack")
    return tmp_path / "pack"


def test_files(pack: Path) -> None:
    assert {file.name for file in pack.iterdir()} == {"evidence.html", "evidence.json", "verify.py"}


@pytest.mark.parametrize("name", ["evidence.html", "evidence.json"])
def test_contents(pack: Path, name: str, golden: Callable[[str, str], None]) -> None:
    golden(name, (pack / name).read_text(encoding="utf-8"))


def test_the_sum_of_the_verifier_is_published() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"`{VERIFIER}`" in text


def test_the_verifier(pack: Path) -> None:
    assert hashlib.sha256((pack / "verify.py").read_bytes()).hexdigest() == VERIFIER
    command = [sys.executable, "-I", str(pack / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith("In order: 6 rows in a chain that ended with 6:")
