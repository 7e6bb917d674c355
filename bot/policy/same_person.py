"""Accounts that an admin declared to be one person's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping


def one_person(pairs: Iterable[str]) -> dict[str, str]:
    """Account ids to the one that stands for the person, from pairs "one=other" of accounts an admin declared to be
    the same person; a chain of pairs is one person. Raises ValueError for what is no pair.
    """
    people: list[set[str]] = []
    for pair in pairs:
        one, _, other = (part.strip() for part in pair.partition("="))
        if not one or not other or one == other or "=" in other:
            raise ValueError(f'"{pair}" must be two account ids, such as one=other')
        joined = [known for known in people if known & {one, other}]
        people = [known for known in people if known not in joined]
        people.append({one, other}.union(*joined))
    # The smallest id, so that it does not hang on the order in which pairs are written.
    return {account: min(accounts) for accounts in people for account in accounts}


def pinned(same_person: Mapping[str, str], is_account: Callable[[str], bool]) -> frozenset[str]:
    """The people whose account in the message service an admin declared, by what stands for each of them. Nobody else
    there is them, whatever address an account shows. `is_account` tells the ids of that service.
    """
    return frozenset(person for account, person in same_person.items() if is_account(account))
