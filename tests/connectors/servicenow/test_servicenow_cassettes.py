"""Replays of recorded exchanges, with no server. Written anew with SLUIS_RECORD=1."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from recording import CASSETTES, recorded, recording
from servicenow_helpers import MARKER, START, Instance, Tools, settings_for
from vcr.errors import CannotOverwriteExistingCassetteException

from domain.people import Role
from domain.ports.connector import Health
from domain.ports.errors import AuthRefused, Refused
from domain.ports.messaging import Place
from domain.ticket import AssetRef, Decision
from sandbox.servicenow.app import CLIENT_SECRET, INTEGRATION_PASSWORD


def story() -> Instance:
    told = Instance()
    told.later(hours=1)
    told.set("change_request", told.change, "dirk.peeters", test_plan="Stap 1", state=-4)
    told.request_approval(told.change, told.cab)
    told.later(hours=1)
    told.approve(told.change, told.an)
    return told


def app() -> Flask:
    return story().app


def policied() -> Flask:
    told = story()
    told.access.data_policy = "Backout plan is mandatory"
    return told.app


def tools(url: str, **more: object) -> Tools:
    return Tools(settings_for(url, **more))


def test_list_and_read() -> None:
    with recorded("servicenow/list_and_read", app) as url:
        source = tools(url).source
        refs = {ref.id: ref for ref in source.changed(START + timedelta(minutes=30))}
        (ref,) = refs.values()
        ticket = source.read(ref)
    assert ticket.field("test_plan").value == "Stap 1"
    assert {(a.person.name, a.decision) for a in ticket.approvals if a.person} == {
        ("An Willems", Decision.APPROVED),
        ("Jan Maes", Decision.NOT_REQUIRED),
    }


def test_look_up() -> None:
    told = Instance()
    ref = AssetRef("servicenow", told.kassa, "Kassa")
    with recorded("servicenow/look_up", app) as url:
        assert tools(url).book.look_up([ref])[ref].confidentiality.value == 4


def test_note() -> None:
    place = Place(f"change_request:{Instance().change}")
    with recorded("servicenow/note", app) as url:
        outlet = tools(url).outlet
        assert outlet.find(place, MARKER, START) == []
        outlet.create(place, "Nog één maatregel open.", MARKER)
    with recorded("servicenow/note_refused", policied) as url, pytest.raises(Refused, match="Backout plan"):
        tools(url).outlet.create(place, "Nog één maatregel open.", MARKER)


def test_wrong_password() -> None:
    with recorded("servicenow/wrong_password", app) as url, pytest.raises(AuthRefused):
        tools(url, password="expired").source.identify()


def test_doctor() -> None:
    with recorded("servicenow/doctor", app) as url:
        found = list(tools(url).examiner.examine({Role.CAB: ["CAB"]}))
    assert not [d for d in found if d.health is Health.FAILED]


@pytest.mark.skipif(recording(), reason="only on replay")
def test_another_request_than_the_recorded_one_fails() -> None:
    place = Place(f"change_request:{Instance().change}")
    with (
        pytest.raises(CannotOverwriteExistingCassetteException),
        recorded("servicenow/note_refused", app) as url,
    ):
        tools(url).outlet.create(place, "Iets anders.", MARKER)


def test_cassettes_hold_no_secrets() -> None:
    kept = "".join(path.read_text() for path in (CASSETTES / "servicenow").glob("*.yaml"))
    assert kept
    for word in (INTEGRATION_PASSWORD, CLIENT_SECRET, "Authorization", "Set-Cookie", "127.0.0.1"):
        assert word.lower() not in kept.lower()
