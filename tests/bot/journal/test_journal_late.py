"""What came too late, and what nobody can tell of: kept with its moment, put on record, and asked of nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from test_journal_ledger import LATER, NOW, SNAPSHOT, TICKET, finding

from bot.audit.evidence_pack import Request, gather
from bot.audit.page import page
from bot.journal import Journal
from bot.messages.i18n.speaker import Translator
from domain.finding import Finding, Moment, Timing
from domain.lifecycle import Verdict

START = NOW + timedelta(minutes=30)
LATE = Moment(Timing.LATE, START, LATER)
SINCE = {"start": START.isoformat(), "since": LATER.isoformat()}


def with_moment(verdict: Verdict, moment: Moment | None) -> Finding:
    return replace(finding("ICR-1", verdict), moment=moment)


def on_record(journal: Journal) -> list[tuple[object, ...]]:
    found = journal.audit_excerpt({TICKET.subject})
    rows = found.rows if found else ()
    changes = [one for row in rows for one in json.loads(row.facts)["changes"]]
    return [(one["before"], one["after"], one.get("moment", {}).get("timing")) for one in changes]


@pytest.mark.parametrize(
    ("verdict", "moment", "kept"),
    [
        (Verdict.LATE, LATE, {"timing": "late", **SINCE}),
        (Verdict.MET, Moment(Timing.IN_TIME, START), {"timing": "in_time", **SINCE, "since": None}),
        (Verdict.MET, Moment(Timing.UNSEEN), {"timing": "unseen", "start": None, "since": None}),
        (Verdict.MISSING, None, None),
    ],
)
def test_a_finding_keeps_when_its_evidence_came(journal: Journal, verdict, moment, kept) -> None:
    journal.store(TICKET, [with_moment(Verdict.MISSING, None)], SNAPSHOT, NOW)
    journal.store(TICKET, [with_moment(verdict, moment)], SNAPSHOT, LATER)
    assert journal.came("jira", "10001") == ({"ICR-1": kept} if kept else {})
    assert [str(flaw) for flaw in journal.audit_flaws({})] == []


@pytest.mark.parametrize(
    ("first", "then", "recorded"),
    [
        ((Verdict.MISSING, None), (Verdict.LATE, LATE), ("missing", "late", "late")),
        ((Verdict.MET, None), (Verdict.MET, Moment(Timing.UNSEEN)), ("met", "met", "unseen")),
        ((Verdict.MISSING, None), (Verdict.MET, Moment(Timing.AFTERWARDS, START)), ("missing", "met", "afterwards")),
        ((Verdict.MET, Moment(Timing.UNSEEN)), (Verdict.MET, Moment(Timing.UNSEEN)), None),
        ((Verdict.MET, None), (Verdict.MET, Moment(Timing.IN_TIME, START)), None),
        ((Verdict.LATE, LATE), (Verdict.LATE, replace(LATE, since=NOW)), None),
    ],
)  # fmt: skip
def test_what_is_put_on_record_of_it(journal: Journal, first, then, recorded) -> None:
    journal.store(TICKET, [with_moment(*first)], SNAPSHOT, NOW)
    before = on_record(journal)
    journal.store(TICKET, [with_moment(*then)], SNAPSHOT, LATER)
    assert on_record(journal)[len(before) :] == ([recorded] if recorded else [])


def test_nobody_is_asked_for_what_came_too_late(journal: Journal) -> None:
    journal.store(TICKET, [with_moment(Verdict.LATE, LATE)], SNAPSHOT, LATER)
    assert (journal.open_findings(), journal.points(), journal.settled(NOW, LATER)) == ((), {}, ())


def test_an_evidence_pack_shows_the_moment_and_counts_what_is_not_in_time(journal: Journal) -> None:
    found = [
        with_moment(Verdict.LATE, LATE),
        replace(finding("ICR-2", Verdict.MET), moment=Moment(Timing.UNSEEN)),
        replace(finding("ICR-3", Verdict.MET), moment=Moment(Timing.IN_TIME, START)),
        replace(finding("ICR-4", Verdict.MET), moment=Moment(Timing.AFTERWARDS, START, LATER)),
        finding("ICR-5", Verdict.MISSING),
    ]
    journal.store(TICKET, found, SNAPSHOT, LATER)
    pack = gather(journal, (), Request("CHG-1", LATER))
    assert pack is not None
    [about] = pack["about"]
    assert [one.get("moment", {}).get("timing") for one in about["verdicts"]] == [
        "late",
        "unseen",
        "in_time",
        "afterwards",
        None,
    ]
    shown = page(pack, Translator("en", ZoneInfo("Europe/Brussels")))
    told = [
        *("Requirements met only after the rollout began: 1", "Requirements met, moment not seen: 1"),
        *("after the rollout began\nStart of the rollout:", "There by", "<td>moment not seen</td>"),
        *("<td>before the rollout began", "an emergency, made good afterwards: ICR-4"),
    ]
    assert [words for words in told if words not in shown] == []
