"""Replays of recorded exchanges, with no server. Written anew with SLUIS_RECORD=1."""

from __future__ import annotations

from datetime import timedelta

import pytest
from jira_site import START, Site, quick_client, settings_for
from recording import CASSETTES, recorded, recording
from vcr.errors import CannotOverwriteExistingCassetteException

from connectors.jira.assets.register import JiraAssets
from connectors.jira.comments import JiraComments
from connectors.jira.doctor import JiraExaminer
from connectors.jira.source import JiraSource
from domain.people import Role
from domain.ports.errors import AuthRefused
from domain.ports.messaging import Marker, Place
from domain.ticket import AssetRef
from sandbox.jira.fields import WORKSPACE, adf

MARK = Marker("jira:10010:comment", "d1", 1)


def told():
    site = Site()
    site.time.later(hours=1)
    site.set_field(site.change, "Test plan", "Stap 1", site.an)
    site.set_field(site.change, "CAB sign-off", "Approved", site.an)
    approval = site.request_approval(site.change, "CAB approval", [site.an])
    site.answer_approval(site.change, approval, site.an, "approve")
    return site.app


def source_on(url, **more):
    settings = settings_for(url, **more)
    return JiraSource(quick_client(settings), settings)


def test_list_and_read():
    with recorded("jira/list_and_read", told) as url:
        source = source_on(url)
        (ref,) = source.changed(START + timedelta(minutes=30))
        ticket = source.read(ref)
    assert ticket.field("test_plan").value == "Stap 1"
    assert {a.step for a in ticket.approvals} == {"CAB approval", "CAB sign-off"}


def test_comment_and_edit():
    with recorded("jira/comment_and_edit", told) as url:
        outlet, place = JiraComments(source_on(url).client), Place("10010")
        remote_id = outlet.create(place, adf("Nog te doen"), MARK)
        outlet.update(place, remote_id, adf("Niets meer te doen"), Marker(MARK.slot, "d2", 2))
        assert [p.digest for p in outlet.find(place, MARK, START)] == ["d2"]


def test_wrong_token():
    with recorded("jira/wrong_token", told) as url, pytest.raises(AuthRefused):
        source_on(url, api_token="expired").identify()


def test_doctor():
    with recorded("jira/doctor", told) as url:
        seen = list(JiraExaminer(source_on(url)).examine({Role.CAB: ["CAB", "Nobody"]}))
    assert {d.health.value for d in seen} == {"ok", "warning"}


def with_assets():
    site = Site()
    site.assets.add("Application", "Kassa", Confidentiality="4", Owner=site.dirk)
    return site.app


def test_assets():
    with recorded("jira/assets", with_assets) as url:
        settings = settings_for(url, assets_url=url)
        refs = [AssetRef("jira-assets", f"{WORKSPACE}:5", "x"), AssetRef("register", "1", "Kassa")]
        found = JiraAssets(quick_client(settings), settings).look_up(refs)
    assert [(a.name, a.confidentiality.value) for a in found.values()] == [("Kassa", 4)] * 2


@pytest.mark.skipif(recording(), reason="nothing is missing while recording")
def test_a_request_that_was_not_recorded_fails():
    with recorded("jira/wrong_token", told) as url:
        client = source_on(url, api_token="expired").client
        with pytest.raises(AuthRefused):
            client.identify()
        with pytest.raises(CannotOverwriteExistingCassetteException):
            client._session("2").get(f"{url}/rest/api/2/field")


@pytest.mark.skipif(recording(), reason="replays only")
def test_another_text_does_not_match_the_tape():
    with recorded("jira/comment_and_edit", told) as url:
        outlet, place = JiraComments(source_on(url).client), Place("10010")
        with pytest.raises(CannotOverwriteExistingCassetteException):
            outlet.create(place, adf("Iets anders"), MARK)
        remote_id = outlet.create(place, adf("Nog te doen"), MARK)
        outlet.update(place, remote_id, adf("Niets meer te doen"), Marker(MARK.slot, "d2", 2))
        outlet.find(place, MARK, START)


def test_nothing_private_is_on_tape():
    for path in CASSETTES.glob("jira/*.yaml"):
        tape = path.read_text()
        for word in (
            "Authorization",
            "s3cret-token",
            "Basic ",
            "bot@",
            "127.0.0.1",
            "Set-Cookie",
            "Arequestid",
        ):
            assert word not in tape, (path.name, word)
