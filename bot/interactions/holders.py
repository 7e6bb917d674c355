"""By what each holder of a role is known in the message service, for the doctor: whoever acts there for a role is one
of these, and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from domain.people import Person, Role
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import NotFound, SourceError
from domain.ports.interactions import InteractionGateway, Visitor
from domain.ports.source import TicketSource

_PIN = "declare it in SLUIS_SAME_PERSON as <account there>={id}"


def holders_examined(
    sources: Sequence[TicketSource],
    desk: InteractionGateway,
    wanted: Mapping[Role, Sequence[str]],
    same_person: Mapping[str, str],
) -> Iterator[Diagnosis]:
    """One line for each holder of a role in each source. Shows names and ids, never an address."""
    for source in sources:
        try:
            held = source.roles(wanted)
        except SourceError as error:
            yield Diagnosis(Health.WARNING, f"{source.name} roles", f"cannot be read: {error}", error.fix)
            continue
        for role, members in held.items():
            for person in members.people:
                if person.active:
                    yield _matched(f"{source.name} {role.value}: {person.name}", person, desk, same_person)


def _matched(
    about: str, person: Person, desk: InteractionGateway, same_person: Mapping[str, str]
) -> Diagnosis:
    pins = _pins(person, desk, same_person)
    try:
        if pins:
            return _pinned(about, desk, pins)
        found = desk.member(person.email) if person.email else None
    except SourceError as error:
        return Diagnosis(Health.WARNING, about, f"cannot be told: {error}", error.fix)
    fix = _PIN.format(id=person.id)
    if found is None:
        why = "nobody there has their e-mail address" if person.email else "their e-mail address is not shown"
        return Diagnosis(Health.WARNING, about, f"not known in {desk.name}: {why}", fix)
    if found.outsider:
        return Diagnosis(Health.WARNING, about, _refused(found), fix)
    return Diagnosis(
        Health.OK, about, f"known by e-mail address as {found.id} ({found.name}); to pin it, {fix}"
    )


def _pins(person: Person, desk: InteractionGateway, same_person: Mapping[str, str]) -> list[str]:
    standing = same_person.get(person.id)
    return sorted(i for i, one in same_person.items() if one == standing and desk.is_account(i))


def _pinned(about: str, desk: InteractionGateway, pins: Sequence[str]) -> Diagnosis:
    """What an admin declared, as far as it leads to somebody who may act."""
    for account in pins:
        fix = f"correct {account} in SLUIS_SAME_PERSON"
        try:
            found = desk.visitor(account)
        except NotFound as error:
            return Diagnosis(Health.FAILED, about, f"pinned to {account}: {error}", fix)
        if found.outsider:
            return Diagnosis(Health.FAILED, about, f"pinned to {account}: {_refused(found)}", fix)
    return Diagnosis(Health.OK, about, f"pinned to {', '.join(pins)} by SLUIS_SAME_PERSON")


def _refused(found: Visitor) -> str:
    return f"{found.id} is {found.outsider}, and does nothing"
