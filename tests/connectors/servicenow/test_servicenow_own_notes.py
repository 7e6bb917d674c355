"""When a stamp that moved is the bot's own note, and when it may be anything else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.servicenow.own_notes import OwnWorkNotes
from domain.ticket import TicketRef

US = "sluis.integration"
BEFORE = {"sys_mod_count": "7", "sys_updated_on": "2026-03-02 08:00:00", "sys_updated_by": "dirk.peeters"}
AFTER = {"sys_mod_count": "8", "sys_updated_on": "2026-03-02 09:00:00", "sys_updated_by": US}


def ref(version: str, hour: int) -> TicketRef:
    return TicketRef(
        "servicenow", "change_request:1", "CHG1", datetime(2026, 3, 2, hour, tzinfo=UTC), version
    )


@pytest.mark.parametrize(
    ("user", "before", "after", "listed", "shown"),
    [
        (US, BEFORE, AFTER, ref("8", 9), ref("7", 8)),
        (US, BEFORE, AFTER, ref("9", 9), ref("9", 9)),
        (US, BEFORE, AFTER, ref("8", 10), ref("8", 10)),
        (US, BEFORE, AFTER | {"sys_mod_count": "9"}, ref("9", 9), ref("9", 9)),
        (US, BEFORE, AFTER | {"sys_updated_by": "jan.maes"}, ref("8", 9), ref("8", 9)),
        (US, BEFORE, BEFORE, ref("7", 8), ref("7", 8)),
        ("", BEFORE, AFTER, ref("8", 9), ref("8", 9)),
        (US, {}, AFTER, ref("8", 9), ref("8", 9)),
        (US, BEFORE, {"sys_updated_by": US}, ref("8", 9), ref("8", 9)),
        (US, BEFORE, AFTER | {"sys_mod_count": ""}, ref("8", 9), ref("8", 9)),
    ],
    ids=[
        *(
            "the note alone",
            "changed since",
            "same count, other stamp",
            "somebody came between",
            "another wrote",
        ),
        *("a note that moves nothing", "who we are is not known", "not seen before", "hidden", "no count"),
    ],
)
def test_the_state_before_the_note(
    user: str, before: dict[str, str], after: dict[str, str], listed: TicketRef, shown: TicketRef
) -> None:
    own = OwnWorkNotes()
    own.user = user
    own.about_to(listed.id, before)
    own.wrote(listed.id, after)
    assert own.unmoved(listed) == shown
    own.forget(listed.id)
    assert own.unmoved(listed) == listed
