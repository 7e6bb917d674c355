"""Who may record a waiver, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from domain.people import Role


@dataclass(frozen=True, slots=True)
class Terms:
    """What this organisation allows: roles that may record a waiver, and the most days it may run."""

    roles: tuple[Role, ...]
    max_days: int


TERMS = Terms((Role.CAB, Role.DPO, Role.CHANGE_MANAGER), 90)
"""What is allowed unless an admin says otherwise."""
