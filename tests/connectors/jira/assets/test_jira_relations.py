"""What depends on an object of Assets, by the references of others to it."""

from __future__ import annotations

import pytest
from jira_site import Site, quick_client, settings_for

from connectors.jira.assets.register import JiraAssets
from connectors.jira.assets.relations import AssetsRelations
from connectors.jira.doctor import JiraExaminer
from connectors.jira.source import JiraSource
from domain.dependencies import Reach
from domain.ports.errors import Forbidden
from domain.ticket import AssetRef
from sandbox.jira.assets import Reference
from sandbox.jira.fields import WORKSPACE
from sandbox.server import Server

SERVICE = "ari:cloud:graph::service/1/2"


def relations_on(server: Server, hops: int = 1, wanted: bool = True, **more: object) -> AssetsRelations:
    settings = settings_for(server.url, assets_url=server.url, **more)
    book = JiraAssets(quick_client(settings), settings)
    return AssetsRelations(book, settings.relation_attributes, hops, wanted)


def ours(number: str, name: str) -> AssetRef:
    return AssetRef("jira-assets", f"{WORKSPACE}:{number}", name)


@pytest.fixture
def web(site: Site) -> str:
    """A server on which a portal depends, on which an archive does; a team merely refers to the server."""
    made = site.assets.add("Server", "Web", Service_ID=SERVICE, Confidentiality="2")
    portal = site.assets.add(
        "Application", "Portaal", Depends_on=[Reference("Web", made)], Confidentiality="4"
    )
    site.assets.add("Application", "Archief", Hangt_af_van=Reference("Portaal", portal), Confidentiality="5")
    site.assets.add("Team", "Beheer", Looks_after=Reference("Web", made))
    return made


def names(reach: Reach) -> list[list[str]]:
    return [[ref.name for ref in chain] for chain in reach.chains]


@pytest.mark.parametrize(
    ("hops", "told"), [(1, [["Web", "Portaal"]]), (2, [["Web", "Portaal"], ["Web", "Portaal", "Archief"]])]
)
@pytest.mark.parametrize("service", [False, True])
def test_what_depends_on_an_object_is_reached(
    site: Site, server: Server, web: str, hops: int, told: list[list[str]], service: bool
) -> None:
    start = AssetRef("jira-assets", SERVICE, "Web") if service else ours(web, "Web")
    found = relations_on(server, hops).related([start])[start]
    assert names(found) == told
    assert found.chains[0][-1].id.startswith(f"{WORKSPACE}:")


def test_an_admin_names_the_attribute(server: Server, web: str) -> None:
    (found,) = relations_on(server, relation_attributes="looks after").related([ours(web, "Web")]).values()
    assert names(found) == [["Web", "Beheer"]]


def test_an_object_on_which_nothing_depends_reaches_nothing(site: Site, server: Server) -> None:
    alone = ours(site.assets.add("Server", "Los"), "Los")
    assert relations_on(server).related([alone]) == {alone: Reach()}


@pytest.mark.parametrize("how", ["closed", "typeless", "no queries"])
def test_references_that_may_not_be_read_matter_only_where_they_are_asked_for(
    site: Site, server: Server, web: str, how: str
) -> None:
    site.assets.closed, site.assets.typeless = how == "closed", how == "typeless"
    site.assets.queries = how != "no queries"
    start = ours(web, "Web")
    with pytest.raises(Forbidden):
        relations_on(server).related([start])
    assert relations_on(server, wanted=False).related([start]) == {start: Reach()}


def test_the_doctor_tells_how_many_objects_are_lifted(site: Site, server: Server, web: str) -> None:
    relations = relations_on(server)
    settings = settings_for(server.url, assets_url=server.url)
    seen = JiraExaminer(JiraSource(quick_client(settings), settings), None, relations).examine({})
    (told,) = (one for one in seen if one.about == "asset relations")
    assert told.detail == (
        "of 2 objects that others depend on, 2 count in a higher class because of these "
        "(JIRA_RELATION_HOPS=0 follows none)"
    )
