"""Assets (CIs), their classification, and why a class counts for a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.classes import CLASSES
from domain.fields import UNREADABLE, Field
from domain.sentence import Say

__all__ = ["CLASSES", "TRAITS", "Asset", "Because", "Dimension", "Flag", "Subject"]


class Dimension(StrEnum):
    """The three dimensions of the classification (Dutch: vertrouwelijkheid, integriteit, beschikbaarheid)."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class Flag(StrEnum):
    """Overlays: personal data, social security data (KSZ), NIS2."""

    GDPR = "gdpr"
    KSZ = "ksz"
    NIS2 = "nis2"


TRAITS = ("chain_component", "internet_facing")
"""Attributes of an asset that say yes or no, and are no overlay of its classification."""


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset as a register describes it. Each attribute is a `Field`, so that "not there", "empty" and
    "cannot be read" stay apart. Classes are ints 1 to 5; flags bools; owner and stakeholders people;
    `operations_group` a group; `service_hours` "5x10" or "24x7"; `maintenance_windows` text such as
    "Sun 02:00-06:00; mon-thu 22:00-02:00"; `supplier` the name of who delivers it, where that is outsourced;
    `chain_component` and `internet_facing` bools: part of a chain of several parties, reachable from the internet.
    `accounts` is the source system whose account ids name its people, where that is not the book itself.
    """

    book: str
    id: str
    name: str
    # What a register does not give is out of sight and not empty: nothing may be concluded from it.
    confidentiality: Field = UNREADABLE
    integrity: Field = UNREADABLE
    availability: Field = UNREADABLE
    gdpr: Field = UNREADABLE
    ksz: Field = UNREADABLE
    nis2: Field = UNREADABLE
    owner: Field = UNREADABLE
    operations_group: Field = UNREADABLE
    service_hours: Field = UNREADABLE
    stakeholders: Field = UNREADABLE
    maintenance_windows: Field = UNREADABLE
    supplier: Field = UNREADABLE
    chain_component: Field = UNREADABLE
    internet_facing: Field = UNREADABLE
    updated_at: datetime | None = None
    accounts: str = ""

    @classmethod
    def described(
        cls,
        place: tuple[str, str],
        name: str,
        attributes: Mapping[str, Field],
        updated_at: datetime | None,
        accounts: str = "",
    ) -> Asset:
        """An asset from its attributes by name, as a register gives them; `place` is the book and the id there."""
        given: Mapping[str, Any] = attributes
        return cls(*place, name, **given, updated_at=updated_at, accounts=accounts)


@dataclass(frozen=True, slots=True)
class Subject:
    """One asset as it is judged: effective classes and flags, and what was wrong with what was found.

    A flag that cannot be seen is None. `assumed` names the dimensions judged by the default class.
    `asset` is None for a ticket that names no asset. `path` names the chain of assets by which one that the ticket
    does not name itself was reached, the one touched first. `problems` are for the team to mend in the register;
    `unseen` is what the bot may not or cannot read, for its admin.
    """

    name: str
    confidentiality: int
    integrity: int
    availability: int
    gdpr: bool | None = False
    ksz: bool | None = False
    nis2: bool | None = False
    asset: Asset | None = None
    assumed: tuple[Dimension, ...] = ()
    problems: tuple[Say, ...] = ()
    unseen: tuple[Say, ...] = ()
    path: tuple[str, ...] = ()

    def level(self, dimension: Dimension) -> int:
        """The class that counts in a dimension, 1 to 5."""
        return int(getattr(self, dimension.value))

    def flag(self, flag: Flag) -> bool | None:
        """Whether the overlay holds; None when that cannot be seen."""
        value: bool | None = getattr(self, flag.value)
        return value


@dataclass(frozen=True, slots=True)
class Because:
    """Why a rule applies: this asset, by this class in this dimension and/or this flag.
    `certain` is False when the flag cannot be seen. `path` is that of the subject.
    """

    subject: str
    dimension: Dimension | None = None
    level: int | None = None
    flag: Flag | None = None
    assumed: bool = False
    certain: bool = True
    path: tuple[str, ...] = ()
