"""`sluis audit` over the town: evidence packs to read and to check, a person erased, old tickets forgotten."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import clock
import pytest
from test_cli import sluis
from test_story import writes

from bot import bootstrap
from bot.cycle.cycle import cycle
from bot.report import Report
from bot.settings.load import load_settings
from sandbox.town import Town

REASON = 'Comes next week </td><script>alert("x")</script>'
UNTIL = str((clock.START + timedelta(days=10)).date())


class Case(NamedTuple):
    """A town that was judged, excepted and judged again, with a pack of its change in each language."""

    env: dict[str, str]
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return sluis(*arguments, env=self.env, cwd=self.folder)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("town")
    town = Town(folder)
    env = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"}
    made = Case(env, folder)
    assert made.run("sync").returncode == 0
    waive = ("waive", "CHG-1", "ICR-13", "--reason", REASON, "--until", UNTIL, "--as", "Karim Aziz")
    assert made.run(*waive).returncode == 0
    town.dpo_signs()
    assert made.run("sync").returncode == 0
    town.stop()
    for key, language in (("CHG-1", "en"), ("CHG-1", "nl"), ("REL-1", "nl")):
        done = made.run("audit", "export", key, "--to", f"{key}-{language}", "--language", language)
        assert (done.returncode, done.stderr) == (0, "")
        assert "\nsealed by row " in done.stdout
    yield made


def check(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The pack's own verifier, in a Python that finds nothing of ours."""
    command = [sys.executable, "-I", str(folder / "verify.py"), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")


def load(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "evidence.json").read_text())
    return read


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_tells_who_decided_what_and_when(case: Case) -> None:
    text = (case.folder / "CHG-1-en" / "evidence.html").read_text()
    page = Page(text)
    for words in (
        *("Evidence: CHG-1", "Vo-ICR R&D v2.1 §1.1", "Karim Aziz", "Dina Peeters", "approved", REASON),
        *("still to do → in order: ICR-17, ", "Message written on Jira: comment.", "Citizen register"),
        f"Exception of ICR-13 recorded by Karim Aziz (CAB): {REASON}",
    ):
        assert words in page.words, words
    plain = {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table"),
        *("thead", "tbody", "tr", "th", "td", "code"),
    }
    assert page.tags == plain, "no script, no link, no image"
    assert page.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"}
    assert "url(" not in text
    dutch = Page((case.folder / "CHG-1-nl" / "evidence.html").read_text()).words
    assert "Wie besliste" in dutch
    assert "nog te doen → in orde: ICR-17, " in dutch


def test_a_release_brings_its_changes(case: Case) -> None:
    pack = load(case.folder / "REL-1-nl")
    assert [about["key"] for about in pack["about"]] == ["REL-1", "CHG-2"]
    assert set(pack["tickets"]) == {about["ticket"] for about in pack["about"]}
    assert check(case.folder / "REL-1-nl").returncode == 0


@pytest.mark.smoke
def test_a_pack_in_order(case: Case) -> None:
    done = check(case.folder / "CHG-1-en")
    head = case.run("audit", "head").stdout.strip()
    row = load(case.folder / "CHG-1-en")["seal"]["row"]
    seal = f"{row['seq']}:{row['hash']}"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("In order: ")
    assert f"sealed by row {seal}\n" in done.stdout
    assert check(case.folder / "CHG-1-en", "--anchor", seal).returncode == 0
    whole = case.run("audit", "verify", "--anchor", seal, "--anchor", head)
    assert (whole.returncode, whole.stdout) == (
        0,
        f"In order: {head.partition(':')[0]} rows, ending with {head}\n",
    )


def _facts(pack: dict[str, Any]) -> None:
    row = next(row for row in pack["rows"] if row["cause"] == "verdict")
    row["facts"] = row["facts"].replace("missing", "met").replace("violated", "met")


def _drop(pack: dict[str, Any]) -> None:
    del pack["rows"][2]


def _last(pack: dict[str, Any]) -> None:
    del pack["rows"][-1]


def _move(pack: dict[str, Any]) -> None:
    first, second = pack["rows"][0], pack["rows"][1]
    first["seq"], second["seq"] = second["seq"], first["seq"]


def _link(pack: dict[str, Any]) -> None:
    pack["links"][0] = "0" * 64


def _name(pack: dict[str, Any]) -> None:
    for one in pack["beside"]:
        one["body"] = one["body"].replace("Karim Aziz", "Els Maes")


def _nameless(pack: dict[str, Any]) -> None:
    pack["beside"] = [one for one in pack["beside"] if one["part"] != "personal"]


def _head(pack: dict[str, Any]) -> None:
    pack["head"]["seq"] += 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_facts, "was changed"),
        (_drop, "is left out"),
        (_last, "is left out; it is the last about jira:"),
        (_move, "was changed, or does not stand where it stood"),
        (_link, "was changed, or does not stand where it stood"),
        (_name, "part, kept beside the chain, was changed"),
        (_nameless, "its personal part is gone, and no erasing of it is on record"),
        (_head, "is not where the pack says that the chain ended"),
    ],
)
def test_a_pack_that_was_tampered_with(case: Case, tmp_path: Path, change, told: str) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(case.folder / "CHG-1-en", folder)
    pack = load(folder)
    change(pack)
    (folder / "evidence.json").write_text(json.dumps(pack))
    done = check(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert told in done.stdout


@pytest.mark.parametrize(
    ("name", "text", "code", "told"),
    [
        (
            "evidence.html",
            "<p>All is well</p>",
            1,
            "evidence.html: not what was sealed when this pack was made",
        ),
        ("evidence.json", "{}", 2, "this is no evidence pack that can be read: KeyError"),
        ("evidence.json", "<html>", 2, "this is no evidence pack that can be read: JSONDecodeError"),
    ],
)
def test_a_file_of_a_pack_that_was_replaced(case, tmp_path, name, text, code, told) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(case.folder / "CHG-1-en", folder)
    (folder / name).write_text(text)
    done = check(folder)
    assert (done.returncode, told in done.stdout + done.stderr) == (code, True)
    wrong = check(
        case.folder / "CHG-1-en", "--anchor", f"{load(case.folder / 'CHG-1-en')['head']['seq']}:{'0' * 64}"
    )
    assert (wrong.returncode, "was noted as an anchor" in wrong.stdout) == (1, True)


def test_a_journal_that_was_tampered_with(case: Case, tmp_path: Path) -> None:
    shutil.copytree(case.folder, tmp_path / "copy")
    url = f"sqlite:///{tmp_path / 'copy' / 'sluis.db'}"
    with sqlite3.connect(tmp_path / "copy" / "sluis.db") as journal:
        journal.execute("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 3")
    journal.close()
    done = sluis("audit", "verify", env=case.env | {"SLUIS_DATABASE_URL": url})
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "row 3: was changed\n",
        "sluis: the audit trail is not whole\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("verify", "--anchor", "3"), 2, "must be a row's number, a colon and its hash"),
        (("export", "CHG-99"), 1, "sluis: nothing is on record about CHG-99"),
        (("person", "Karim Aziz"), 2, "give either --export or --erase"),
        (("person", "Nobody Atall", "--export"), 1, "sluis: nothing is kept of Nobody Atall"),
        (
            ("person", "Karim Aziz", "--erase"),
            1,
            "is the name of several accounts; give those of the person meant",
        ),
    ],
)
def test_what_cannot_be_done_is_told(case: Case, arguments, code: int, told: str) -> None:
    done = case.run("audit", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


def test_a_person_is_shown_and_erased(case: Case, tmp_path: Path) -> None:
    shutil.copytree(case.folder, tmp_path / "copy")
    moved = Case(case.env | {"SLUIS_DATABASE_URL": f"sqlite:///{tmp_path / 'copy' / 'sluis.db'}"}, tmp_path)
    refused = moved.run("audit", "person", "Karim Aziz", "--erase").stderr
    accounts = refused.rpartition(": ")[2].split()
    told = json.loads(moved.run("audit", "person", *accounts, "--export").stdout)
    assert (told["accounts"], told["names"]) == (sorted(accounts), ["Karim Aziz"])
    assert {"ticket", "waiver", "audit_beside"} <= {place["table"] for place in told["places"]}
    done = moved.run("audit", "person", *accounts, "--erase")
    assert (done.returncode, done.stderr) == (0, "")
    assert moved.run("audit", "verify").returncode == 0
    assert moved.run("audit", "export", "CHG-1", "--to", "pack").returncode == 0
    assert check(tmp_path / "pack").returncode == 0
    everything = b"".join(
        p.read_bytes() for p in [*tmp_path.glob("copy/sluis.db*"), *tmp_path.glob("pack/*")]
    )
    assert b"Karim" not in everything
    assert done.stdout.partition(" ")[0].encode() in everything


@pytest.fixture
def sync_at(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """A cycle, so many days from now."""

    def run(days: float = 0, **more: str) -> Report:
        for name, value in (town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"} | more).items():
            monkeypatch.setenv(name, value)
        ctx = bootstrap.build(load_settings(), clock=lambda: datetime.now(UTC) + timedelta(days=days))
        try:
            return cycle(ctx)
        finally:
            ctx.journal.close()

    return run


def test_a_closed_ticket_is_forgotten_and_not_spoken_of_anew(town: Town, sync_at) -> None:
    sync_at()
    town.roll_out(town.change)
    town.jira.transition(town.change, "Completed", "Piet Jansen")
    sync_at(SLUIS_RETAIN_DAYS="30")
    with sqlite3.connect(town.folder / "sluis.db") as journal:
        state, subject = journal.execute("SELECT state, ticket FROM ticket WHERE key = 'CHG-1'").fetchone()
    assert state == "closed"
    sync_at(40, SLUIS_RETAIN_DAYS="30")
    count = "SELECT count(*) FROM {} WHERE {} = ?"
    of = (("outbox", "ticket"), ("waiver", "ticket"), ("audit", "ticket"))
    kept = {table: journal.execute(count.format(table, name), (subject,)).fetchone()[0] for table, name in of}
    assert (kept["outbox"], kept["audit"] > 0) == (0, True)
    assert journal.execute("SELECT count(*) FROM ticket WHERE key = 'CHG-1'").fetchone() == (0,)
    journal.close()
    before = writes(town)
    town.jira.set_field(town.change, "Lessons learned", "Read again a year later.", "Piet Jansen")
    again = sync_at(41, SLUIS_RETAIN_DAYS="30")
    assert (again.problems, writes(town) - before) == ([], 0)
    done = sluis("audit", "verify", env=town.env())
    assert (done.returncode, done.stderr) == (0, "")
