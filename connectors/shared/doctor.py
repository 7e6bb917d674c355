"""What the doctors of several connectors do alike: go on when one step fails, and look at the holders of roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from domain.asset import Asset, Dimension
from domain.people import Person, Role
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError

Wanted = Mapping[Role, Sequence[str]]
"""Names of groups and people by role, as an admin gave them."""
Step = tuple[str, Callable[[], Iterable[Diagnosis]]]
"""What is looked at, and how."""


class Found(Protocol):
    """What a name stands for in a system's directory."""

    @property
    def people(self) -> Sequence[Person]: ...

    @property
    def readable(self) -> bool: ...


def steps(looks: Iterable[Step]) -> Iterator[Diagnosis]:
    """Every step in order. One that fails is a finding, and the others are taken all the same."""
    for about, look in looks:
        try:
            # Caught here and not around the loop: an admin wants to see everything that is wrong in one go.
            yield from look()
        except SourceError as error:
            yield failed(about, error)


def failed(about: str, error: SourceError) -> Diagnosis:
    """What could not be looked at, and why."""
    return Diagnosis(Health.FAILED, about, str(error), error.fix)


def own_looks(what: str) -> Diagnosis:
    """Of what no history is read, whatever the account may: no right mends it."""
    detail = f"no history is read of {what}; the bot's own looks tell when they changed, as between 10:00 and 10:05"
    return Diagnosis(Health.OK, "own looks", detail)


def higher(other: Asset, own: Asset) -> bool:
    """Whether an asset has a higher class than another in any dimension."""
    pairs = ((getattr(other, d.value).value, getattr(own, d.value).value) for d in Dimension)
    return any(isinstance(a, int) and isinstance(b, int) and a > b for a, b in pairs)


def roles(
    wanted: Wanted, system: str, look_up: Callable[[str], Found | None], permission: str
) -> Iterator[Diagnosis]:
    """Whether each group and person of a role is there, may be read and is active. `permission` is what lets the
    account read them.
    """
    for role, names in wanted.items():
        for name in names:
            yield _role(role, name, system, look_up(name), permission)


def _role(role: Role, name: str, system: str, found: Found | None, permission: str) -> Diagnosis:
    about, fix = f"role {role}", f"correct ROLES__{role.upper()}"
    if found is None:
        return Diagnosis(Health.WARNING, about, f"{system} has no group or user {name}", fix)
    if not found.readable:
        return Diagnosis(Health.FAILED, about, f"members of {name} may not be read", permission)
    # A group of people who left looks filled in, and nobody in it can sign off.
    active = [person for person in found.people if person.active]
    if not active:
        return Diagnosis(Health.WARNING, about, f"{name} has no active members", "put people in the group")
    return Diagnosis(Health.OK, about, f"{name}: {len(active)} people")
