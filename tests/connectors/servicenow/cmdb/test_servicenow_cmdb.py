"""Which items a ticket touches, and what the CMDB says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servicenow_helpers import START, Instance, Tools

from domain.fields import Field
from domain.people import Group, Person
from domain.ticket import AssetRef


def test_a_ticket_touches_its_own_the_affected_and_the_impacted_items(
    instance: Instance, tools: Tools
) -> None:
    server = instance.add_ci("cmdb_ci_server", name="srv01")
    service = instance.add_ci("cmdb_ci_service", name="Loket")
    instance.add_affected_ci(instance.change, server)
    instance.add_affected_ci(instance.change, instance.kassa)
    instance.add_impacted_service(instance.change, service)
    ticket = tools.read(instance.number)
    assert ticket.assets == (
        AssetRef("servicenow", instance.kassa, "Kassa"),
        AssetRef("servicenow", server, "srv01"),
        AssetRef("servicenow", service, "Loket"),
    )
    assert ticket.assets_readable


@pytest.mark.parametrize("table", ["task_ci", "task_cmdb_ci_service"])
@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables"])
def test_hidden_links_are_not_absent_links(instance: Instance, tools: Tools, table: str, how: str) -> None:
    instance.add_affected_ci(instance.change, instance.kassa)
    instance.add_impacted_service(instance.change, instance.kassa)
    getattr(instance.access, how).add(table)
    assert tools.read(instance.number).assets_readable is False


def test_who_delivers_an_item(instance: Instance, tools: Tools) -> None:
    ref = AssetRef("servicenow", instance.kassa, "Kassa")
    assert tools.book.look_up([ref])[ref].supplier == Field(None, where="vendor")
    instance.set("cmdb_ci_service", instance.kassa, vendor="Hosting North")
    supplier = tools.book.look_up([ref])[ref].supplier
    assert (supplier.value, supplier.where) == ("Hosting North", "vendor")


def test_an_item_as_the_register_describes_it(instance: Instance, tools: Tools) -> None:
    ref = AssetRef("servicenow", instance.kassa, "Kassa")
    asset = tools.book.look_up([ref])[ref]
    assert (asset.book, asset.id, asset.name, asset.updated_at) == (
        "servicenow",
        instance.kassa,
        "Kassa",
        START,
    )
    assert [asset.confidentiality, asset.integrity, asset.availability] == [
        Field(4, where="u_confidentiality"),
        Field(3, where="u_integrity"),
        Field(2, where="u_availability"),
    ]
    assert (asset.gdpr.value, asset.ksz.value) == (True, False)
    assert asset.nis2 == Field(None, where="u_nis2")
    assert asset.owner.value == (Person(instance.jan, "Jan Maes"),)
    assert asset.operations_group.value == (Group(instance.team, "Applicatiebeheer"),)
    assert asset.stakeholders.value == ()


@pytest.mark.parametrize(
    ("raw", "value", "shown"), [("hoog?", None, "hoog?"), ("7", None, "7"), ("", None, ""), ("C3", 3, "")]
)
def test_rubbish_in_a_class_is_shown_and_has_no_value(
    instance: Instance, tools: Tools, raw: str, value, shown
) -> None:
    instance.set("cmdb_ci", instance.kassa, u_confidentiality=raw)
    ref = AssetRef("servicenow", instance.kassa, "Kassa")
    assert tools.book.look_up([ref])[ref].confidentiality == Field(
        value, raw=shown, where="u_confidentiality"
    )


def test_a_column_of_the_items_own_class_is_found_there(instance: Instance, configured) -> None:
    app = instance.add_ci("cmdb_ci_business_app", name="Dossiers", data_classification="5 - geheim")
    book = configured(ci_fields={"confidentiality": "data_classification"}).book
    ref, plain = AssetRef("servicenow", app, "Dossiers"), AssetRef("servicenow", instance.kassa, "Kassa")
    found = book.look_up([ref, plain])
    assert found[ref].confidentiality.value == 5
    assert found[plain].confidentiality.readable is False


def test_items_of_other_registers_are_found_by_exact_name(instance: Instance, tools: Tools) -> None:
    twice = [instance.add_ci(name="Dubbel") for _ in range(2)]
    assert twice[0] != twice[1]
    refs = [
        AssetRef("jira", "12", name) for name in ("Kassa", "kassa", "Dubbel", "Nergens", "Kassa^ORname!=x")
    ]
    assert {ref.name: asset.id for ref, asset in tools.book.look_up(refs).items()} == {
        "Kassa": instance.kassa
    }


def test_a_hidden_item_is_there_but_unreadable_and_a_deleted_one_is_not(
    instance: Instance, tools: Tools
) -> None:
    refs = [AssetRef("servicenow", instance.kassa, "Kassa"), AssetRef("servicenow", "0" * 32, "Weg")]
    assert list(tools.book.look_up(refs)) == refs[:1]
    instance.access.hidden_rows.add(instance.kassa)
    assert tools.book.look_up(refs)[refs[0]].confidentiality.readable is False


def test_when_an_item_was_added_is_when_its_row_was_made(instance: Instance, tools: Tools) -> None:
    """No audit trail of the change tells of rows in other tables."""
    server, service, first = (instance.add_ci(name=name) for name in ("srv01", "Loket", "Balie"))
    instance.add_affected_ci(instance.change, first)  # with the change: no addition
    instance.later(days=1)
    instance.state.insert("task_ci", {"task": instance.change, "ci_item": server}, "dirk.peeters")
    instance.later(hours=1)
    instance.add_impacted_service(instance.change, service)
    instance.set("change_request", instance.change, description="Zodat er een audittrail is")
    ticket = tools.read(instance.number)
    assets = [c for c in ticket.history if c.field == "assets"]
    assert [(c.before, c.after, c.by and c.by.name) for c in assets] == [
        ("", "srv01", "Dirk Peeters"),
        ("", "Loket", None),
    ]
    assert assets[0].at == START + timedelta(days=1)
    assert ticket.history_readable


def test_an_item_added_out_of_sight_is_told_without_its_name(instance: Instance, tools: Tools) -> None:
    secret = instance.add_ci(name="Geheim")
    instance.later(days=1)
    row = instance.add_affected_ci(instance.change, secret)
    del instance.state.rows["cmdb_ci_service"][secret]
    assert instance.row("task_ci", row)["ci_item"] == secret
    (added,) = [c for c in tools.read(instance.number).history if c.field == "assets"]
    assert (added.before, added.after) == ("", "")


def test_a_link_whose_item_is_hidden_is_not_an_absent_link(instance: Instance, tools: Tools) -> None:
    instance.add_affected_ci(instance.change, instance.kassa)
    instance.access.hidden_columns.add(("task_ci", "ci_item"))
    assert tools.read(instance.number).assets_readable is False
