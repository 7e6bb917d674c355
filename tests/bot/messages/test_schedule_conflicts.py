"""What is said of a planning that the source system checked itself, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from build import ELS, NOW, day, facts

from bot.messages.i18n.speaker import Translator
from bot.messages.schedule_conflicts import planning_line
from domain.lifecycle import State
from domain.schedule_conflicts import Checked, Clash, Conflict, Planning
from domain.ticket import Change

SOON = day(20)
CLEAR, NOT_RUN = Planning(Checked.CLEAR, day(8)), Planning(Checked.NOT_RUN)
BLACKOUT = Conflict(Clash.BLACKOUT, "Jaareinde", "Kassa")
SEVERAL = (
    BLACKOUT,
    BLACKOUT,
    Conflict(Clash.CHANGE, "CHG0030104", "Kassa"),
    Conflict(Clash.WINDOW, "", "Loket"),
    Conflict(Clash.OTHER, "Assigned To busy"),
    Conflict(Clash.CHANGE, ""),
)
MOVED = (Change("planned_start", "2026-03-15", "2026-03-20", ELS, day(9)),)
UNMOVED = (
    Change("planned_start", "2026-03-15", "2026-03-20", ELS, day(7)),
    Change("package", "1", "2", ELS, day(9)),
)


def line(
    planning: Planning | None, language: str = "en", start: object = SOON, state=State.SCHEDULED, history=()
) -> str:
    known = facts(state=state, planned_start=start, history=history)
    known = replace(known, ticket=replace(known.ticket, planning=planning))
    return planning_line(known, Translator(language, ZoneInfo("UTC")))


@pytest.mark.parametrize(
    ("planning", "more", "told"),
    [
        (None, {}, ""),
        (CLEAR, {}, ""),
        (CLEAR, {"history": UNMOVED}, ""),
        (
            CLEAR,
            {"history": MOVED},
            "The planned dates changed after the planning was last checked for conflicts, on Sun 8 Mar 2026, 12:00.",
        ),
        (NOT_RUN, {}, "The planning has not been checked for conflicts."),
        (NOT_RUN, {"state": State.AUTHORIZE}, "The planning has not been checked for conflicts."),
        (NOT_RUN, {"state": State.ASSESS}, ""),
        (NOT_RUN, {"start": NOW}, ""),
        (NOT_RUN, {"start": None}, ""),
        (NOT_RUN, {"state": State.IMPLEMENT}, ""),
        (
            Planning(Checked.CONFLICT, day(8), (BLACKOUT,)),
            {"state": State.ASSESS},
            "The planning is in conflict with a blackout (Jaareinde · Kassa); checked on Sun 8 Mar 2026, 12:00.",
        ),
        (Planning(Checked.CONFLICT, day(8), (BLACKOUT,)), {"state": State.CANCELED}, ""),
        (
            Planning(Checked.CONFLICT, None, SEVERAL),
            {},
            "The planning is in conflict with a blackout (Jaareinde · Kassa), CHG0030104 (Kassa), a maintenance window"
            " (Loket), Assigned To busy and 1 other.",
        ),
        (
            Planning(Checked.CONFLICT, day(8)),
            {},
            "The planning is in conflict with a blackout, a maintenance window or another change.",
        ),
    ],
)
def test_what_is_told(planning: Planning | None, more: dict[str, object], told: str) -> None:
    assert line(planning, **more) == told  # type: ignore[arg-type]


def test_in_dutch() -> None:
    assert line(Planning(Checked.CONFLICT, day(8), SEVERAL[1:4]), "nl") == (
        "De planning botst met een blokkeerperiode (Jaareinde · Kassa), CHG0030104 (Kassa) en een onderhoudsvenster"
        " (Loket); gecontroleerd op zo 8 mrt 2026, 12:00."
    )
    assert line(NOT_RUN, "nl") == "De planning is nog niet op conflicten gecontroleerd."
