"""Who must act is told by "and", of whom one can by "or", in both languages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, DIRK, ELS, ROLES, TEAM, approved, facts, subject

from bot.messages.i18n.speaker import Translator
from bot.messages.overview import asked_of
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
STRICT = (subject("Register", c=5, i=5),)
TWO_OWNERS = (subject(c=1, i=1, owner=(DIRK, ELS)),)
TWO_ASSETS = (subject(c=1, i=1, owner=(DIRK,)), subject("Shop", c=1, i=1, owner=(ELS,)))
ONE_OF_BOTH = (subject(c=1, i=1, owner=(DIRK, ELS)), subject("Shop", c=1, i=1, owner=(ELS,)))


@pytest.mark.parametrize(
    ("rules", "given", "english", "dutch"),
    [
        (
            ("ICR-06",),
            {"subjects": TWO_OWNERS},
            "Dirk (application owner) or Els (application owner)",
            "Dirk (toepassingseigenaar) of Els (toepassingseigenaar)",
        ),
        (
            ("ICR-06",),
            {"subjects": TWO_ASSETS},
            "Dirk (application owner) and Els (application owner)",
            "Dirk (toepassingseigenaar) en Els (toepassingseigenaar)",
        ),
        # who owns both can settle both
        (
            ("ICR-06",),
            {"subjects": ONE_OF_BOTH},
            "Els (application owner)",
            "Els (toepassingseigenaar)",
        ),
        (
            ("ICR-11", "ICR-17", "ICR-18"),
            {"subjects": STRICT, "roles": ROLES},
            "An (CAB) or Bo (CAB), and Ci (DPO)",
            "An (CAB) of Bo (CAB), en Ci (DPO)",
        ),
        (
            ("ICR-11", "ICR-17", "ICR-18"),
            {"subjects": STRICT, "roles": ROLES, "builders": (AN,)},
            "Bo (CAB) and Ci (DPO)",
            "Bo (CAB) en Ci (DPO)",
        ),
        (
            ("ICR-17",),
            {"subjects": STRICT, "roles": ROLES, "approvals": (approved(BO),)},
            "Ci (DPO)",
            "Ci (DPO)",
        ),
        (("ICR-02",), {"responsible_group": (TEAM,)}, "Web team", "Web team"),
        (("ICR-02",), {"implementer": (AN, BO)}, "An or Bo", "An of Bo"),
    ],
)
def test_and_where_all_must_or_where_one_can(rules, given, english, dutch):
    found = [one for one in evaluate(facts(**given), PACKS) if one.id in rules]
    told = [asked_of(found, Translator(language, ZoneInfo("UTC"))) for language in ("en", "nl")]
    assert told == [english, dutch]
