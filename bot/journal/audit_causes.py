"""Why a row stands on the audit trail."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What a row records. ERASED and PRUNED tell what became of personal data beside other rows, CLOCK that moments
    ahead were brought back to its own.
    """

    VERDICT = "verdict"
    WRITE = "write"
    INTERACTION = "interaction"
    WAIVER = "waiver"
    SETTINGS = "settings"
    ALLOWANCE = "allowance"
    GONE = "gone"
    EXPORTED = "exported"
    ERASED = "erased"
    PRUNED = "pruned"
    CLOCK = "clock"
