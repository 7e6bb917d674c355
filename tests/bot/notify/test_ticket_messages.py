"""What is said, where and why: facts and what was said before in, intents out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from build import BO, CI, EMPTY, NOW, TEAM, approved, complete, day, subject

from bot.messages.i18n.speaker import Translator
from bot.messages.intent import CARD, COMMENT, DeliveryForm, Intent, Previous
from bot.notify.ticket_messages import decide, handovers
from bot.policy.audience import OnTicket, Team
from domain.asset import Flag
from domain.facts import Facts
from domain.lifecycle import State, Verdict
from domain.people import Role
from domain.ports.messaging import Format
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
ENGLISH = Translator("en", ZoneInfo("Europe/Brussels"))
JIRA = DeliveryForm(ENGLISH, Format.ADF, editable=True, slack=True)
NOTES = DeliveryForm(ENGLISH, Format.PLAIN, editable=False, slack=False)
NEW = Previous()


def before_rollout(**given: Any) -> Facts:
    """A class-5 change with all in order but the DPO's sign-off, before its rollout."""
    rest = dict.fromkeys(("actual_start", "actual_end", "result", "handed_over_at", "lessons_learned"), EMPTY)
    unsigned = {
        "approvals": (approved(BO, day(5)),),
        "notices": (),
        "state": State.AUTHORIZE,
        "planned_start": day(20),
    }
    return complete(**rest | unsigned | given)


def said(facts: Facts, memory: Previous = NEW, voice: DeliveryForm = JIRA) -> tuple[Intent, ...]:
    findings = evaluate(facts, PACKS)
    return decide(facts, findings, memory, voice) + handovers(facts, findings, memory, voice)


def kinds(intents: tuple[Intent, ...]) -> list[str]:
    return [intent.kind.partition(":")[0] for intent in intents]


SPOKEN = Previous(spoken=frozenset({COMMENT, CARD}))


@pytest.mark.parametrize(
    ("given", "memory", "expected"),
    [
        ({}, NEW, [COMMENT, CARD]),
        ({"state": State.DRAFT}, NEW, []),  # nobody is told about a draft
        (
            {"state": State.DRAFT, "test_data": "production"},
            NEW,
            [COMMENT, CARD],
        ),  # unless it says what is forbidden
        ({"state": State.CLOSED}, NEW, []),  # over before the bot came
        ({"state": State.CANCELED}, NEW, []),
        ({"state": State.CANCELED}, SPOKEN, [COMMENT, CARD]),  # what was said is kept true
        ({"state": State.CLOSED}, SPOKEN, [COMMENT, CARD]),
        ({"state": State.DRAFT}, SPOKEN, [COMMENT, CARD]),
    ],
)
def test_when_it_speaks(given, memory, expected):
    assert kinds(said(before_rollout(**given), memory)) == expected


def test_nothing_to_settle_is_nothing_to_say():
    facts = complete(state=State.CLOSED)
    assert not [f for f in evaluate(facts, PACKS) if f.verdict.open]
    assert said(replace(facts, ticket=replace(facts.ticket, state=State.REVIEW))) == ()


def test_who_it_is_for():
    comment, card = said(before_rollout())
    assert (comment.audience, card.audience) == (OnTicket(), Team(TEAM.name))


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({"now": NOW + timedelta(days=1)}, True),  # the clock alone changes nothing
        ({"planned_start": day(25)}, False),
        ({"approvals": (approved(BO, day(5)), approved(CI, day(6)))}, False),
    ],
)
def test_a_comment_is_rewritten_only_when_it_would_say_something_else(given, same):
    first, second = said(before_rollout()), said(before_rollout(**given))
    assert (first[0].digest == second[0].digest) is same


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({"planned_start": day(25)}, True),  # another wording of the same findings
        ({"subjects": (subject("Archive", c=5, i=5, a=5, flags=tuple(Flag)),)}, True),
        ({"test_data": "production"}, False),
        ({"approvals": (approved(BO, day(5)), approved(CI, day(6)))}, False),
        ({"state": State.IMPLEMENT}, False),  # pending becomes missing
    ],
)
def test_a_note_is_written_only_when_the_set_of_findings_changes(given, same):
    first, second = said(before_rollout(), voice=NOTES), said(before_rollout(**given), SPOKEN, NOTES)
    assert (first[0].digest == second[0].digest) is same


def test_a_note_says_which_one_it_replaces():
    again = said(before_rollout(), replace(SPOKEN, noted_at=day(7)), NOTES)
    assert "Takes the place of the note of Sat 7 Mar 2026, 13:00." in again[0].body
    assert "Takes the place" not in str(said(before_rollout(), replace(SPOKEN, noted_at=day(7)))[0].body)


def verdicts(facts: Facts) -> dict[str, Verdict]:
    return {f.id: f.verdict for f in evaluate(facts, PACKS)}


POSTED = replace(SPOKEN, posted=frozenset({COMMENT, CARD}))


@pytest.mark.parametrize(
    ("was", "now", "news"),
    [
        ({}, {}, None),
        ({}, {"approvals": (approved(BO, day(5)), approved(CI, day(6)))}, "✅ Approval by CAB and DPO"),
        ({}, {"test_data": "production"}, "⛔ Production data used as test data"),
        ({}, {"planned_start": day(25)}, None),
    ],
)
def test_what_was_settled_or_came_up_is_news_in_the_cards_thread(was, now, news):
    memory = replace(POSTED, verdicts=verdicts(before_rollout(**was)))
    found = [i for i in said(before_rollout(**now), memory) if i.kind.startswith("news:")]
    assert len(found) == (news is not None)
    for one in found:
        assert (one.once, one.thread_kind) == (True, CARD)
        assert news in one.body["text"]


def test_there_is_no_news_before_the_card_is_out():
    memory = replace(SPOKEN, verdicts=verdicts(before_rollout()))
    assert "news" not in kinds(said(before_rollout(test_data="production"), memory))


ROLLED_OUT = {"state": State.REVIEW, "actual_start": day(8), "actual_end": day(9), "result": "successful"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        (ROLLED_OUT, ["handover-1:operations", "handover-1:dpo", "handover-1:bo"]),
        (ROLLED_OUT | {"result": "rolled_back"}, []),
        (ROLLED_OUT | {"state": State.CANCELED}, []),
        (
            ROLLED_OUT | {"operational_at": day(30)},
            ["handover-1:operations", "handover-1:dpo", "handover-1:bo"],
        ),
        (
            ROLLED_OUT | {"operational_at": day(9)},
            [f"handover-{stage}:{who}" for stage in (1, 2) for who in ("operations", "dpo", "bo")],
        ),
        (ROLLED_OUT | {"subjects": (subject(c=3, i=1, a=1),)}, ["handover-1:operations", "handover-1:bo"]),
        (ROLLED_OUT | {"subjects": (subject(c=2, i=2, a=5),)}, []),  # no formal notification below class 3
    ],
)
def test_handover_notifications_go_where_and_when_the_class_asks(given, expected):
    intents = said(before_rollout(**given), SPOKEN)
    assert [i.kind for i in intents if i.kind.startswith("handover")] == expected


def test_a_handover_notification_knows_whom_it_reaches():
    found = {i.kind: i for i in said(before_rollout(**ROLLED_OUT), SPOKEN)}
    assert found["handover-1:dpo"].roles == (Role.DPO,)
    assert found["handover-1:bo"].recipients == ("Bo",)
    assert "Web team" in found["handover-1:operations"].recipients
    assert all(i.once for kind, i in found.items() if kind.startswith("handover"))


RECORDED = Waiver(
    "jira:1", ("ICR-17", "ICR-18", "ICR-32", "ICR-35"), "Next week", "Ci", Role.DPO, day(9), day(20), "ci"
)


@pytest.mark.parametrize(
    ("given", "settle_by", "waivers", "expected"),
    [
        ({"state": State.CLOSED}, day(11), (), [COMMENT, CARD]),  # an emergency that was closed at once
        ({"state": State.CLOSED}, day(9), (), []),  # one of long ago
        ({"state": State.CANCELED}, day(11), (), []),
        ({}, None, (RECORDED,), [COMMENT, CARD]),  # an exception is never silent
    ],
)
def test_when_it_speaks_of_emergencies_and_exceptions(given, settle_by, waivers, expected):
    facts = replace(before_rollout(**given), settle_by=settle_by, waivers=waivers)
    assert kinds(said(facts)) == expected


def test_a_note_is_written_anew_for_an_exception_its_extension_and_an_overrun():
    bare = before_rollout()
    late = replace(before_rollout(state=State.IMPLEMENT), settle_by=day(11))
    longer = replace(RECORDED, until=day(25))
    told = [
        bare,
        replace(bare, waivers=(RECORDED,)),
        replace(bare, waivers=(longer,)),
        late,
        replace(late, now=day(12)),
    ]
    digests = [said(facts, SPOKEN, NOTES)[0].digest for facts in told]
    assert len(set(digests)) == len(digests)
    assert said(replace(late, now=day(13)), SPOKEN, NOTES)[0].digest == digests[-1]
    assert (
        said(replace(bare, waivers=(replace(RECORDED, until=day(10, 1)),)), SPOKEN, NOTES)[0].digest
        == digests[0]
    )
