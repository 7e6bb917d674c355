"""States by the instance's own choices and change models: numbers mean what the instance calls them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from servicenow_helpers import START, Instance, Tools

from connectors.servicenow import values
from domain.lifecycle import State
from sandbox.server import Fault, How, Server


def choice(instance: Instance, table: str, value: str, label: str, language: str = "en") -> None:
    columns = {"name": table, "element": "state", "value": value, "label": label, "language": language}
    instance.state.insert("sys_choice", columns)


@pytest.fixture
def model(instance: Instance) -> Instance:
    """A change model that numbers its states in its own way; 3, closed on a delivered instance, is being built."""
    for row in instance.state.all("sys_choice"):
        if (row["name"], row["element"]) == ("change_request", "state"):
            instance.delete("sys_choice", row["sys_id"])
    for value, label in {
        "101": "New",
        "102": "Assess",
        "3": "Implement",
        "104": "Klaar voor uitrol",
        "0": "Closed",
    }.items():
        choice(instance, "change_request", value, label)
    return instance


def set_states(instance: Instance, *states: int) -> None:
    for state in states:
        instance.later(hours=1)
        instance.set("change_request", instance.change, state=state)


def test_a_return_to_new_is_seen_in_a_model_with_numbers_of_its_own(model: Instance, tools: Tools) -> None:
    set_states(model, 101, 102)
    model.request_approval(model.change, model.an)
    model.approve(model.change, model.an)
    set_states(model, 3, 101)
    ticket = tools.read(model.number)
    assert ticket.state is State.DRAFT
    moved = [(c.before, c.after) for c in ticket.history if c.field == "state"]
    assert moved == [("draft", "assess"), ("assess", "implement"), ("implement", "draft")]
    (given,) = ticket.approvals
    assert given.asked_at and given.asked_at < ticket.history[-1].at  # of an earlier cycle


@pytest.mark.parametrize(
    ("number", "own", "state"),
    [
        (3, {}, State.IMPLEMENT),  # closed, had it not a label
        (0, {}, State.CLOSED),  # review, had it not a label
        (104, {}, State.ASSESS),  # a label nobody knows
        (104, {"scheduled": "Klaar voor uitrol"}, State.SCHEDULED),
        (-2, {}, State.SCHEDULED),  # no label at all: as the number was delivered
        (7, {}, State.ASSESS),
    ],
)
def test_the_label_goes_before_the_number(
    model: Instance, configured, number: int, own: dict[str, str], state: State
) -> None:
    model.set("change_request", model.change, state=number)
    model.state.get("change_request", model.change)["active"] = "true"
    assert configured(states=own).read(model.number).state is state


def test_a_label_in_another_language_helps(instance: Instance, tools: Tools) -> None:
    choice(instance, "change_request", "50", "Geplant")
    choice(instance, "change_request", "50", "Scheduled")
    instance.set("change_request", instance.change, state=50)
    assert tools.read(instance.number).state is State.SCHEDULED


CHANGE = "change_request: the state"
NAME_IT = "name it in SERVICENOW_STATES__<STATE>"


@pytest.mark.parametrize(
    ("label", "own", "state", "told"),
    [
        ("Nazicht", {}, State.REVIEW, []),  # they agree
        (  # a word that elsewhere means Assess
            "Evalueren",
            {},
            State.REVIEW,
            [f"{CHANGE} Review is also called Evalueren, which means another; taken for review — {NAME_IT}"],
        ),
        ("Evalueren", {"review": "evalueren"}, State.REVIEW, []),  # the admin said so
        ("Evalueren", {"scheduled": "evalueren"}, State.SCHEDULED, []),
        ("Nazorg", {}, State.REVIEW, []),  # nobody knows it, and the label shown says enough
    ],
)
def test_the_label_that_is_shown_goes_before_those_of_other_languages(
    instance: Instance,
    configured: Callable[..., Tools],
    label: str,
    own: dict[str, str],
    state: State,
    told: list[str],
) -> None:
    choice(instance, "change_request", "0", label, "nl")
    instance.set("change_request", instance.change, state=0)
    ticket = configured(states=own).read(instance.number)
    assert (ticket.state, list(ticket.remarks)) == (state, told)
    assert [(c.before, c.after) for c in ticket.history] == [("draft", state.value)]


def test_what_is_renamed_keeps_its_number_and_is_told(instance: Instance, tools: Tools) -> None:
    (row,) = [r for r in instance.state.all("sys_choice") if r["label"] == "Review" and r["value"] == "0"]
    instance.set("sys_choice", row["sys_id"], label="Nazorg")
    instance.set("change_request", instance.change, state=0)
    ticket = tools.read(instance.number)
    assert (ticket.state, ticket.remarks) == (
        State.REVIEW,
        (f"{CHANGE} Nazorg is not known and taken for review — {NAME_IT}",),
    )


@pytest.mark.parametrize(
    ("labels", "state"),
    [
        (["Evalueren", "Nazicht"], "review"),  # they do not agree, and the number is one of them
        (["Gepland", "Gesloten"], ""),  # nor does the number help
        (["Evalueren"], "assess"),
    ],
)
def test_labels_of_the_trail_that_do_not_agree(
    instance: Instance, tools: Tools, labels: list[str], state: str
) -> None:
    for row in instance.state.all("sys_choice"):
        if (row["name"], row["element"], row["value"]) == ("change_request", "state", "0"):
            instance.delete("sys_choice", row["sys_id"])
    for label in labels:
        choice(instance, "change_request", "0", label)
    set_states(instance, 0, -1)
    assert [c.after for c in tools.read(instance.number).history] == [state, "implement"]


def test_a_choice_left_over_is_no_label(instance: Instance, tools: Tools) -> None:
    choice(instance, "change_request", "0", "Evalueren")
    choice(instance, "change_request", "50", "Scheduled")
    for row in instance.state.all("sys_choice"):
        if row["label"] == "Evalueren" or row["value"] == "50":
            instance.set("sys_choice", row["sys_id"], inactive=True)
    set_states(instance, 50, 0)
    ticket = tools.read(instance.number)
    assert (ticket.state, ticket.remarks) == (State.REVIEW, ())
    # Where nothing else names a number of the past, the old label does.
    assert [c.after for c in ticket.history] == ["scheduled", "review"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"on_hold": True, "on_hold_reason": "Awaiting supplier"}, "On hold: Awaiting supplier"),
        ({"on_hold": True}, "On hold"),
        ({"on_hold": False, "on_hold_reason": "Awaiting supplier"}, ""),
        ({}, ""),
    ],
)
def test_what_lies_still(instance: Instance, tools: Tools, columns, told: str) -> None:
    instance.set("change_request", instance.change, **columns)
    assert tools.read(instance.number).set_aside == told


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "missing_tables"])
def test_without_the_list_of_choices_the_trail_goes_by_delivered_numbers(
    instance: Instance, tools: Tools, how: str
) -> None:
    set_states(instance, -4, -5)
    getattr(instance.access, how).add("sys_choice")
    seen = [(c.before, c.after) for c in tools.read(instance.number).history]
    assert seen == [("draft", "assess"), ("assess", "draft")]


def test_without_the_list_of_choices_a_change_model_is_asked(
    model: Instance, tools: Tools, server: Server
) -> None:
    set_states(model, 101, 102, 101, 102)
    model.access.forbidden_tables.add("sys_choice")
    seen = [(c.before, c.after) for c in tools.read(model.number).history]
    assert seen == [("draft", "assess"), ("assess", "draft"), ("draft", "assess")]
    server.fail(Fault(How.ANSWER, "nextstates", status=403, headers={"Content-Type": "application/json"}))
    seen = [(c.before, c.after) for c in tools.read(model.number).history]
    assert seen == [("draft", ""), ("", "assess"), ("assess", ""), ("", "assess")]


def test_the_labels_are_asked_for_once(instance: Instance, tools: Tools, server: Server) -> None:
    for _ in range(3):
        tools.read(instance.number)
    assert server.count("GET", "sys_choice") == 1


@pytest.mark.parametrize(
    ("table", "number", "state"),
    [
        ("incident", "1", State.DRAFT),
        ("incident", "2", State.IMPLEMENT),
        ("incident", "3", State.IMPLEMENT),
        ("incident", "6", State.REVIEW),
        ("incident", "7", State.CLOSED),
        ("incident", "8", State.CANCELED),
        ("problem", "101", State.DRAFT),
        ("problem", "103", State.ASSESS),
        ("problem", "104", State.IMPLEMENT),
        ("problem", "106", State.REVIEW),
        ("problem", "107", State.CLOSED),
        ("rm_release", "-5", State.DRAFT),
        ("rm_release", "3", State.CLOSED),
    ],
)
@pytest.mark.parametrize("labels", [True, False])
def test_states_of_other_tickets(
    instance: Instance, configured, table: str, number: str, state: State, labels: bool
) -> None:
    if not labels:
        for row in instance.state.all("sys_choice"):
            instance.delete("sys_choice", row["sys_id"])
    sys_id = instance.state.insert(table, {"state": number, "short_description": "Storing"})
    tools = configured(tables=table)
    ticket = tools.read(instance.row(table, sys_id)["number"])
    assert (ticket.kind.value, ticket.state) == ({"rm_release": "release"}.get(table, table), state)
    assert ticket.created == START


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-5", "-5"),
        (-5, "-5"),
        (-5.0, "-5"),
        ({"value": -5.0, "display_value": "New"}, "-5"),
        ({"value": "-5", "display_value": "New"}, "-5"),
        (True, "true"),
        (None, ""),
        ({"value": None, "display_value": None}, ""),
        ({"display_value": "New"}, ""),
    ],
)
def test_cells_of_either_api(cell: object, value: str) -> None:
    assert values.value({"state": cell}, "state") == value
    assert values.value({}, "state") == ""


LATER = START + timedelta(days=30)


@pytest.mark.parametrize(
    ("number", "since", "listed"),
    [
        (3, LATER, False),  # imported as closed and left active; untouched since
        (4, LATER, False),
        (3, START, True),  # changed since
        (3, None, True),
        (-1, LATER, True),  # open, however old
        (99, LATER, True),  # a number nobody explains
        ("", LATER, True),
    ],
)
def test_what_was_closed_before_the_bot_came_is_not_listed(
    instance: Instance, tools: Tools, number: int, since: datetime | None, listed: bool
) -> None:
    instance.set("change_request", instance.change, state=number)
    instance.state.get("change_request", instance.change)["active"] = "true"
    assert [ref.key for ref in tools.source.census(since)] == [instance.number] * listed


@pytest.mark.parametrize("column", ["state", "sys_updated_on"])
def test_a_condition_that_is_dropped_in_silence_hides_no_open_ticket(
    instance: Instance, tools: Tools, column: str
) -> None:
    instance.access.unqueryable.add(("change_request", column))
    assert [ref.key for ref in tools.source.census(LATER)] == [instance.number]


def test_only_what_the_instance_itself_calls_closed_is_left_out(model: Instance, tools: Tools) -> None:
    model.set("change_request", model.change, state=3)  # here that is being built
    model.state.get("change_request", model.change)["active"] = "true"
    assert [ref.key for ref in tools.source.census(LATER)] == [model.number]
