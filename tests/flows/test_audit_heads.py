"""The head of the audit trail leaves the machine once a day, and what was kept elsewhere finds a trail written anew."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, request
from typer.testing import CliRunner

from bot import bootstrap
from bot.cli import app
from bot.report import Report
from domain.hash_chain import Head
from sandbox.mail import MailSandbox
from sandbox.server import Server
from sandbox.town import Town

Sync = Callable[..., Report]


class Archive:
    """A web address that keeps what is posted to it, and answers with the next of `statuses`, then 201."""

    def __init__(self) -> None:
        self.kept: list[dict[str, str]] = []
        self.statuses: list[int] = []
        flask = Flask("archive")
        flask.add_url_rule("/heads", view_func=self.take, methods=["POST"])
        self.server = Server(flask)

    def take(self) -> Response:
        status = self.statuses.pop(0) if self.statuses else 201
        if status == 201:
            self.kept.append(dict(request.get_json()))
        return Response(status=status, headers={"Location": "/login"} if status == 302 else {})


@pytest.fixture
def archive() -> Iterator[Archive]:
    made = Archive()
    yield made
    made.server.stop()


@pytest.fixture
def post() -> Iterator[MailSandbox]:
    made = MailSandbox()
    yield made
    made.stop()


@pytest.fixture
def asked(archive: Archive, post: MailSandbox) -> dict[str, str]:
    """The settings for both."""
    return {
        "SLUIS_ANCHOR_URL": f"{archive.server.url}/heads",
        "SLUIS_ANCHOR_MAIL": "archive@example.org",
        **{"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(post.start()), "MAIL_SECURITY": "none"},
        "MAIL_FROM_ADDRESS": "sluis@example.org",
    }


def later(**span: float) -> Callable[[], object]:
    return lambda: bootstrap.now() + timedelta(**span)


def verified(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", "verify", *words])
    return done.exit_code, done.output


def test_once_a_day_to_each_place_and_kept_heads_find_a_trail_written_anew(
    town: Town, sync: Sync, asked: dict[str, str], archive: Archive, post: MailSandbox
) -> None:
    assert sync(**asked).problems == []
    sync(**asked)
    assert ([one["installation"] for one in archive.kept], len(post.letters)) == (["main"], 1)
    (letter,) = post.letters
    assert (letter.recipient, archive.kept[0]["head"] in letter.message.get_content()) == (
        "archive@example.org",
        True,
    )
    sync(clock=later(days=1), **asked)
    assert (len(archive.kept), len(post.letters)) == (2, 2)
    kept = town.folder / "heads.json"
    kept.write_text("\n".join(map(json.dumps, archive.kept)))
    mails = town.folder / "heads.mbox"
    mails.write_bytes(b"\n".join(one.message.as_bytes() for one in post.letters))
    assert verified("--anchors", str(kept), "--anchors", str(mails))[0] == 0
    written_anew(town.folder / "sluis.db")
    assert verified()[0] == 0, "by itself such a chain is whole"
    code, said = verified("--anchors", str(mails))
    assert (code, "noted as an anchor" in said) == (1, True)
    head, other = archive.kept[0]["head"], "f" * 64
    code, said = verified("--anchor", head, "--anchor", f"{head.partition(':')[0]}:{other}")
    assert (code, "was noted with different hashes" in said) == (1, True)


def written_anew(file: Path) -> None:
    """All that hangs on the chain is taken out, as who has the whole database can."""
    with closing(sqlite3.connect(file)) as database, database:
        for table in ("audit", "audit_personal", "finding", "outbox", "waiver", "receipt"):
            database.execute(f"DELETE FROM {table}")
        database.execute("UPDATE audit_head SET seq = 0, hash = ?", [Head(0, "0" * 64).hash])


@pytest.mark.parametrize(
    ("statuses", "exit_code", "told"),
    [
        ([503, 503, 503, 503, 503], 1, "answered 503"),
        ([302], 1, "leads to another address — set SLUIS_ANCHOR_URL to that, if it is meant"),
        ([403], 1, "answered 403"),
    ],
)
def test_what_is_not_taken_is_told_and_comes_later(
    sync: Sync, asked: dict[str, str], archive: Archive, statuses: list[int], exit_code: int, told: str
) -> None:
    archive.statuses = statuses
    report = sync(**asked)
    assert report.exit_code == exit_code
    assert [line for line in report.problems if told in line]
    archive.statuses = []
    for hours in (1, 2, 3):
        sync(clock=later(hours=hours), **asked)
    assert len(archive.kept) <= 1
    assert len(archive.kept) == (0 if 302 in statuses else 1)


def test_observe_mode_leaves_nothing_anywhere(sync: Sync, asked: dict[str, str], archive: Archive) -> None:
    sync(SLUIS_MODE="observe", **asked)
    assert archive.kept == []


def test_no_address_stands_in_the_journal(town: Town, sync: Sync, asked: dict[str, str]) -> None:
    sync(**asked)
    assert b"archive@example.org" not in (town.folder / "sluis.db").read_bytes()
