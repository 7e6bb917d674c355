"""Names that the journal holds: whatever is named otherwise tomorrow is said anew to everybody, or is not found again.

All of them come out of two weeks that are always the same (`tests/lived.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from build import NOW, day, ticket
from lived import Lived, lived
from sqlalchemy import Table, select

from bot.journal import open_journal
from bot.journal.schema import (
    ACTION_REQUEST,
    AUDIT,
    CURSOR,
    FINDING,
    INTERACTION,
    META,
    OUTBOX,
    RUN,
    SENT_ONCE,
)
from domain.people import Role
from domain.pseudonym import Persona
from domain.waiver import Waiver

MESSAGES = [
    ("jira:chg-1", "card", "web", ""),
    ("jira:chg-2", "card", "web", ""),
    ("jira:rel-1", "card", "web", ""),
    ("jira:chg-3", "handover-1:operations", "ops", ""),
    ("jira:chg-3", "handover-1:bo", "", ""),
    ("jira:chg-3", "handover-1:team:Web team", "web", ""),
    ("jira:chg-3", "card", "web", ""),
    ("reminder:Web team", "reminder:*", "web", ""),
    ("reminder:dpo", "reminder:*", "@dina", ""),
    ("reminder:cab", "reminder:*", "cab", ""),
    ("digest:web", "digest:2026-11-16", "web", ""),
    ("reminder:Web team", "reminder:*", "web", ""),
    ("reminder:cab", "reminder:*", "cab", ""),
    ("reminder:Carla", "reminder:*", "D-carla", ""),
    ("digest:web", "digest:2026-11-17", "web", ""),
    ("jira:chg-1", "news:b19f0082bdbf", "web", "card"),
    ("jira:chg-2", "handover-1:operations", "ops", ""),
    ("jira:chg-2", "handover-1:dpo", "", ""),
    ("jira:chg-2", "handover-1:bo", "", ""),
    ("jira:chg-2", "handover-1:team:Web team", "web", ""),
    ("jira:chg-2", "news:ac5feade5f5f", "web", "card"),
    ("escalation:change_manager", "escalation:f175a56526d12570:cm", "cm", ""),
    ("jira:chg-1", "escalation:efcd75be8e229a08", "web", "card"),
    ("jira:chg-2", "escalation:ae40c434806e6e67", "web", "card"),
    ("jira:rel-1", "escalation:87cf5a974f2fbb20", "web", "card"),
    ("jira:chg-3", "receipt-1:handover-1:operations", "ops", "handover-1:operations"),
    ("jira:chg-3", "receipt-1:handover-1:team:Web team", "web", "handover-1:team:Web team"),
    ("jira:chg-2", "handover-2:operations", "ops", ""),
    ("jira:chg-2", "handover-2:dpo", "", ""),
    ("jira:chg-2", "handover-2:bo", "", ""),
    ("jira:chg-2", "handover-2:team:Web team", "web", ""),
    ("reminder:Web team", "reminder:*", "web", ""),
    ("reminder:cab", "reminder:*", "cab", ""),
    ("digest:web", "digest:2026-11-18", "web", ""),
    ("jira:chg-2", "received:handover-1:operations", "ops", "handover-1:operations"),
    ("jira:chg-2", "receipt-1:handover-1:team:Web team", "web", "handover-1:team:Web team"),
    ("escalation:change_manager", "escalation:73be077e07d6abae:cm", "cm", ""),
    ("jira:chg-3", "escalation:5fd016635f6603b7", "web", "card"),
    ("digest:web", "digest:2026-11-19", "web", ""),
    ("preread:cab", "preread:2026-11-16", "cab", ""),
    ("jira:chg-3", "receipt-3:handover-1:operations", "ops", "handover-1:operations"),
    ("jira:chg-3", "receipt-3:handover-1:team:Web team", "web", "handover-1:team:Web team"),
    ("jira:chg-2", "receipt-1:handover-2:operations", "ops", "handover-2:operations"),
    ("jira:chg-2", "receipt-1:handover-2:team:Web team", "web", "handover-2:team:Web team"),
    ("escalation:cab", "escalation:f4a4dd69182aa8ce:cab", "cab", ""),
    ("jira:chg-2", "escalation:dc20d72838897c48", "web", "card"),
    ("jira:rel-1", "escalation:d1331f9fff72e1c2", "web", "card"),
    ("digest:web", "digest:2026-11-20", "web", ""),
    ("reminder:cab", "reminder:*", "cab", ""),
    ("escalation:cab", "escalation:ba7fc7b7fb35aa1f:cab", "cab", ""),
    ("jira:chg-3", "escalation:e7200f6c7475b067", "web", "card"),
    ("jira:chg-2", "receipt-3:handover-1:team:Web team", "web", "handover-1:team:Web team"),
    ("jira:chg-1", "waiver-5:b48f19de2015d423:team", "web", ""),
    ("digest:web", "digest:2026-11-23", "web", ""),
    ("jira:chg-2", "receipt-3:handover-2:operations", "ops", "handover-2:operations"),
    ("jira:chg-2", "receipt-3:handover-2:team:Web team", "web", "handover-2:team:Web team"),
    ("digest:web", "digest:2026-11-24", "web", ""),
]
"""Subject, kind, container and the kind in whose thread it goes. Names of news and escalations are hashes of data."""

ONCE = """\
2026-11-16 digest:web
2026-11-17 digest:web
2026-11-18 digest:web
2026-11-19 digest:web
2026-11-20 digest:web
2026-11-23 digest:web
2026-11-24 digest:web
2026-11-16 escalate:jira:chg-1:ICR-03:0
2026-11-16 escalate:jira:chg-2:ICR-02:0
2026-11-16 escalate:jira:chg-2:ICR-02:1
2026-11-16 escalate:jira:chg-2:ICR-03:0
2026-11-16 escalate:jira:chg-2:ICR-03:1
2026-11-16 escalate:jira:chg-2:ICR-04:0
2026-11-16 escalate:jira:chg-2:ICR-04:1
2026-11-16 escalate:jira:chg-2:cab-approval:0
2026-11-16 escalate:jira:chg-2:cab-approval:1
2026-11-16 escalate:jira:chg-2:environments:0
2026-11-16 escalate:jira:chg-2:environments:1
2026-11-16 escalate:jira:chg-2:rollout:0
2026-11-16 escalate:jira:chg-2:rollout:1
2026-11-16 escalate:jira:chg-2:test-data:0
2026-11-16 escalate:jira:chg-2:test-data:1
2026-11-16 escalate:jira:chg-2:test-validation:0
2026-11-16 escalate:jira:chg-2:test-validation:1
2026-11-18 escalate:jira:chg-3:ICR-02:0
2026-11-18 escalate:jira:chg-3:ICR-02:1
2026-11-18 escalate:jira:chg-3:ICR-03:0
2026-11-18 escalate:jira:chg-3:ICR-03:1
2026-11-18 escalate:jira:chg-3:ICR-04:0
2026-11-18 escalate:jira:chg-3:ICR-04:1
2026-11-18 escalate:jira:chg-3:ICR-06:0
2026-11-18 escalate:jira:chg-3:ICR-06:1
2026-11-18 escalate:jira:chg-3:cab-approval:0
2026-11-18 escalate:jira:chg-3:cab-approval:1
2026-11-18 escalate:jira:chg-3:environments:0
2026-11-18 escalate:jira:chg-3:environments:1
2026-11-18 escalate:jira:chg-3:rollout:0
2026-11-18 escalate:jira:chg-3:rollout:1
2026-11-18 escalate:jira:chg-3:test-validation:0
2026-11-18 escalate:jira:chg-3:test-validation:1
2026-11-16 escalate:jira:rel-1:ICR-02:0
2026-11-16 escalate:jira:rel-1:ICR-02:1
2026-11-16 escalate:jira:rel-1:ICR-03:0
2026-11-16 escalate:jira:rel-1:ICR-03:1
2026-11-16 escalate:jira:rel-1:rollout:0
2026-11-16 escalate:jira:rel-1:rollout:1
2026-11-16 preread:cab
2026-11-16 remind:jira:chg-1:0:20261116T090000
2026-11-16 remind:jira:chg-1:0:20261116T090000@Web team
2026-11-27 remind:jira:chg-1:5
2026-11-27 remind:jira:chg-1:5@cab
2026-11-16 remind:jira:chg-2:0:20261116T090000
2026-11-16 remind:jira:chg-2:0:20261116T090000@Web team
2026-11-16 remind:jira:chg-2:0:20261116T090000@cab
2026-11-16 remind:jira:chg-2:0:20261116T090000@dpo
2026-11-18 remind:jira:chg-3:settle:0
2026-11-18 remind:jira:chg-3:settle:0@Web team
2026-11-18 remind:jira:chg-3:settle:0@cab
2026-11-18 remind:jira:chg-3:settle:1
2026-11-18 remind:jira:chg-3:settle:1@Web team
2026-11-18 remind:jira:chg-3:settle:1@cab
2026-11-16 remind:jira:rel-1:0:20261116T090000
2026-11-16 remind:jira:rel-1:0:20261116T090000@Web team
2026-11-27 remind:jira:rel-1:5
2026-11-30 waiver:jira:chg-1:ICR-03:20261117T100000:5
2026-11-17 woken:jira:chg-1:carla:2026-11-17T08:00:00+00:00
"""
"""What is sent once, after the day that belongs to it."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    made = lived(f"sqlite:///{tmp_path_factory.mktemp('lived') / 'sluis.db'}")
    yield made
    made.ctx.journal.close()


def rows(office: Lived, table: Table, *columns: str) -> list[tuple[Any, ...]]:
    with office.ctx.journal.read() as connection:
        found = connection.execute(select(*(table.c[name] for name in columns)))
        return [tuple(row) for row in found]


def test_messages(office: Lived) -> None:
    # The name of a reminder is a hash of its words, and these may be put better.
    found = [
        (subject, re.sub(r"^(reminder:)[0-9a-f]{16}", r"\1*", kind), place, thread)
        for subject, kind, place, thread in rows(
            office, OUTBOX, "ticket", "kind", "channel_or_ticket", "thread_kind"
        )
    ]
    assert found == MESSAGES


def test_what_is_sent_once(office: Lived) -> None:
    assert (
        "".join(f"{day} {what}\n" for what, day in sorted(rows(office, SENT_ONCE, "once_key", "day"))) == ONCE
    )


def test_who_was_asked(office: Lived) -> None:
    found = {(audience, step) for audience, step in rows(office, ACTION_REQUEST, "audience", "step")}
    assert found == {("team:Web team", None), ("cab", None), ("dpo", None), ("change_manager", 0), ("cab", 1)}


def test_notes_and_marks(office: Lived) -> None:
    assert {name for (name,) in rows(office, META, "name")} == {"install", "halted", "allowance"}
    assert rows(office, CURSOR, "source") == [("jira",)]


def test_who_can_settle_a_finding(office: Lived) -> None:
    found = {who[0] for (found,) in rows(office, FINDING, "who") for who in found}
    assert found == {"person:owner", "person:cab", "person:dpo", "group", "bot"}


def test_facts_on_the_audit_trail(office: Lived) -> None:
    """The names in the facts of each cause, and of each event of it."""
    found: dict[str, str] = {}
    for cause, facts in rows(office, AUDIT, "cause", "facts"):
        told = json.loads(facts)
        found[f"{cause} {told.get('event', '')}".strip()] = " ".join(told)
    assert found == {
        "allowance given": "event messages until",
        "interaction": "did notice received",
        "settings": "changed digest settings",
        "verdict": "changes key state",
        "waiver recorded": "event role rules until",
        "write announced": "event kind number target text",
        "write confirmed": "event kind number remote target text",
    }


def test_facts_of_what_seldom_happens(tmp_path: Path) -> None:
    """In the order in which they happen here: a word that much may be written is used, an exception is ended, a ticket
    is gone, a person is erased, and all is forgotten.
    """
    journal, karim = (
        open_journal(f"sqlite:///{tmp_path / 'sluis.db'}"),
        Persona(frozenset({"acc-9"}), frozenset()),
    )
    journal.store(ticket(), [], {"person": {"id": "acc-9", "name": "Karim"}}, NOW)
    journal.allowance_used(300, "many", NOW)
    journal.record_waiver(Waiver("jira:1", ("ICR-09",), "Later", "Karim", Role.CAB, NOW, day(20)), "acc-9")
    journal.end_waiver("jira:1", "ICR-09", NOW)
    journal.gone("jira", "1", NOW)
    journal.erase(karim, NOW)
    journal.forget_before(day(30), day(30))
    with journal.read() as connection:
        found = connection.execute(select(AUDIT.c.cause, AUDIT.c.facts).order_by(AUDIT.c.seq)).all()
    journal.close()
    assert [(cause, " ".join(json.loads(facts))) for cause, facts in found] == [
        ("allowance", "event messages reason"),
        ("waiver", "event role rules until"),
        ("waiver", "event rules"),
        ("gone", ""),
        ("erased", "changed parts pseudonym"),
        ("pruned", "parts tickets"),
    ]


def test_what_somebody_did_and_nobody_came_to_yet(office: Lived) -> None:
    waiting = [
        row for row in rows(office, INTERACTION, "kind", "action", "state", "payload") if row[2] != "done"
    ]
    payload = {
        "value": "jira:chg-1||ICR-02",
        **dict.fromkeys(("place", "view", "reply", "trigger"), ""),
        "answers": {},
    }
    assert waiting == [("press", "explain", "waiting", payload)]


def test_buttons_that_stand_on_messages(office: Lived) -> None:
    bodies = {
        (subject, kind): body
        for subject, kind, body in rows(office, OUTBOX, "ticket", "kind", "desired_body")
    }
    value = "jira:chg-1||ICR-04,environments,ICR-06,test-validation,cab-approval"
    assert list(_buttons(bodies["jira:chg-1", "card"])) == [
        ("open_ticket", ""),
        ("seen", value),
        ("snooze", value),
        ("explain", value),
        ("waive", value),
    ]
    assert list(_buttons(bodies["jira:chg-2", "handover-1:team:Web team"])) == [
        ("received", "jira:chg-2|handover-1:team:Web%20team|"),
        ("open_ticket", ""),
    ]


def _buttons(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _buttons(item)
    elif isinstance(node, Mapping):
        if "action_id" in node:
            yield node["action_id"], node.get("value", "")
        for item in node.values():
            yield from _buttons(item)


def test_the_report_of_a_run(office: Lived) -> None:
    (report,) = rows(office, RUN, "report")[-1]
    assert set(report) == {
        *("mode", "started", "ended", "sources", "verdicts", "rules", "planned", "delivered", "undelivered"),
        *("writes", "problems", "notes", "attestations", "indicators", "webhooks", "stopped", "halted"),
        *("exit_code", "nothing_asked", "closed_unseen", "undated"),
    }
