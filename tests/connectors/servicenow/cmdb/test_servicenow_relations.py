"""Relations between configuration items, followed to what depends on the item."""

from __future__ import annotations

from typing import Any

import pytest
from servicenow_helpers import Instance, settings_for

from connectors import servicenow
from domain.dependencies import Reach
from domain.ports.errors import Forbidden
from domain.ticket import AssetRef
from sandbox.server import Server


class Park(Instance):
    """Kassa runs on srv01; Boekhouding depends on Kassa; Netwerk contains srv01."""

    def __init__(self) -> None:
        super().__init__()
        self.server = self.add_ci("cmdb_ci_server", name="srv01")
        self.books = self.add_ci(name="Boekhouding")
        self.net = self.add_ci(name="Netwerk")
        self.add_relation(self.kassa, self.server, "Runs on::Runs")
        self.add_relation(self.books, self.kassa)
        self.add_relation(self.net, self.server, "Contains::Contained by")


@pytest.fixture
def instance() -> Park:
    return Park()


def relations(server: Server, **settings: Any):
    built = servicenow.build(settings_for(server.url, **settings))
    assert built is not None
    return built.relations


def names(one: Reach) -> list[list[str]]:
    return [[asset.name for asset in chain] for chain in one.chains]


def test_one_step_is_followed_unless_switched_off(instance: Park, server: Server) -> None:
    start = AssetRef("servicenow", instance.server, "srv01")
    assert names(relations(server).related([start])[start]) == [["srv01", "Kassa"]]
    assert relations(server, relation_hops=0) is None


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "missing_tables"])
def test_what_nobody_asked_for_and_is_closed_is_left_aside(instance: Park, server: Server, how: str) -> None:
    getattr(instance.access, how).add("cmdb_rel_ci")
    start = AssetRef("servicenow", instance.server, "srv01")
    assert relations(server).related([start])[start] == Reach()


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"relation_hops": 1}, [["srv01", "Kassa"]]),
        ({"relation_hops": 2}, [["srv01", "Kassa"], ["srv01", "Kassa", "Boekhouding"]]),
        ({"relation_hops": 5}, [["srv01", "Kassa"], ["srv01", "Kassa", "Boekhouding"]]),
        ({"relation_hops": 1, "relation_types": "Contains::Contained by"}, [["srv01", "Netwerk"]]),
        ({"relation_hops": 1, "relation_types": "Runs on::Runs=child"}, []),
        ({"relation_hops": 3, "relation_types": "Members::Member of"}, []),
    ],
)
def test_what_depends_on_an_item(instance: Park, server: Server, settings: Any, found: Any) -> None:
    start = AssetRef("servicenow", instance.server, "srv01")
    assert names(relations(server, **settings).related([start])[start]) == found


def test_a_type_may_lead_to_the_child(instance: Park, server: Server) -> None:
    start = AssetRef("servicenow", instance.net, "Netwerk")
    types = "Depends on::Used by,Runs on::Runs,Contains::Contained by=child"
    reached = relations(server, relation_hops=2, relation_types=types).related([start])[start]
    assert names(reached) == [["Netwerk", "srv01"], ["Netwerk", "srv01", "Kassa"]]


def test_a_cycle_ends(instance: Park, server: Server) -> None:
    instance.add_relation(instance.server, instance.books)
    start = AssetRef("servicenow", instance.kassa, "Kassa")
    reached = relations(server, relation_hops=5).related([start])[start]
    assert names(reached) == [["Kassa", "Boekhouding"], ["Kassa", "Boekhouding", "srv01"]]


def test_a_condition_that_the_instance_drops_widens_nothing(instance: Park, server: Server) -> None:
    instance.access.unqueryable.add(("cmdb_rel_ci", "type.name"))
    start = AssetRef("servicenow", instance.server, "srv01")
    assert names(relations(server, relation_hops=1).related([start])[start]) == [["srv01", "Kassa"]]


def test_one_request_for_each_hop_whatever_the_number_of_items(instance: Park, server: Server) -> None:
    items = [("srv01", instance.server), ("Netwerk", instance.net), ("Kassa", instance.kassa)]
    starts = [AssetRef("servicenow", sys_id, name) for name, sys_id in items]
    relations(server, relation_hops=2).related(starts)
    assert server.count("GET", "cmdb_rel_ci") == 2


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables"])
def test_relations_that_are_closed_are_not_absent(instance: Park, server: Server, how: str) -> None:
    getattr(instance.access, how).add("cmdb_rel_ci")
    start = AssetRef("servicenow", instance.server, "srv01")
    with pytest.raises(Forbidden):
        relations(server, relation_hops=1).related([start])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"relation_types": "Depends on"}, "no relation type; write it as Depends on::Used by"),
        ({"relation_types": "Depends on::Used by=up"}, "unknown end of Depends on::Used by up"),
        ({"relation_types": "a::b^ORc=d"}, "no relation type"),
        ({"relation_hops": 6}, "less than or equal to 5"),
    ],
)
def test_wrong_settings_are_told(given: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        settings_for("http://127.0.0.1:1", **given)


def test_the_doctor_looks_when_relations_are_wanted(instance: Park, server: Server) -> None:
    types = "Depends on::Used by,Runs in::Runs"
    built = servicenow.build(settings_for(server.url, relation_hops=1, relation_types=types))
    assert built is not None
    found = {d.about: d.detail for d in built.examiner.examine({})}
    assert found["cmdb_rel_ci"] == "relations between items: readable"
    assert found["cmdb_rel_type"] == "the instance has no relation type Runs in::Runs"


def test_the_doctor_counts_what_counts_in_a_higher_class(instance: Park, server: Server) -> None:
    instance.set("cmdb_ci", instance.server, u_confidentiality=1, u_integrity=1, u_availability=1)
    built = servicenow.build(settings_for(server.url))
    assert built is not None
    found = {d.about: d.detail for d in built.examiner.examine({})}
    assert found["relations"].startswith("of 2 items that others depend on, 1 count in a higher class")
    assert "cmdb_rel_type" not in found
