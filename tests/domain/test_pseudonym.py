"""Where a person is told of in stored data, and what stands there when they are erased."""

from __future__ import annotations

import pytest

from domain.pseudonym import Persona, people_in

DIRK = Persona(frozenset({"acc-1", "sys-9", "712020:8f3a"}), frozenset({"Dirk Peeters", "Peeters, Dirk"}))


@pytest.mark.parametrize(
    ("value", "hidden", "paths"),
    [
        ({"id": "acc-1", "name": "Dirk Peeters"}, {"id": "P", "name": "P"}, ["/id", "/name"]),
        ({"by": ["sys-9", "acc-10"]}, {"by": ["P", "acc-10"]}, ["/by/0"]),
        ({"acc-1": "acc-2"}, {"P": "acc-2"}, ["/acc-1"]),
        (
            "Approved by dirk  PEETERS (CAB), not Dirk Peetersen",
            "Approved by P (CAB), not Dirk Peetersen",
            [""],
        ),
        ("Peeters, Dirk → An", "P → An", [""]),
        ("Peeters", "Peeters", []),
        ("see acc-1 there", "see acc-1 there", []),
        ("Person(id='712020:8f3a')", "Person(id='P')", [""]),
        ([None, 3, True, {"deep": [{"er": "Dirk Peeters"}]}], [None, 3, True, {"deep": [{"er": "P"}]}], None),
    ],
)
def test_hidden_and_found(value: object, hidden: object, paths: list[str] | None) -> None:
    assert DIRK.hidden(value, "P") == hidden
    assert DIRK.hidden(hidden, "other") == hidden
    if paths is not None:
        assert [path for path, _ in DIRK.places(value)] == paths


def test_somebody_without_names_is_found_by_account_alone() -> None:
    assert Persona(frozenset({"acc-1"}), frozenset()).hidden(["acc-1", "Dirk Peeters"], "P") == [
        "P",
        "Dirk Peeters",
    ]


def test_people_in_a_document() -> None:
    value = {"a": [{"id": "1", "name": "An"}, {"id": 2, "name": "no account"}], "id": "x", "name": None}
    assert list(people_in(value)) == [("1", "An")]
