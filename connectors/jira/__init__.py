"""Jira Cloud and Data Center, with or without Service Management: tickets, comments, groups.

Belongs here: everything said to Jira and read from it. Not: Assets (`connectors.jira.assets`), words of a comment.
"""

from __future__ import annotations

from connectors.jira.assets.register import JiraAssets
from connectors.jira.assets.relations import AssetsRelations
from connectors.jira.client import NAME, Client
from connectors.jira.comments import JiraComments
from connectors.jira.doctor import JiraExaminer
from connectors.jira.settings import JiraSettings
from connectors.jira.source import JiraSource
from connectors.jira.webhook import JiraInbound
from domain.ports.connector import Connector

SETTINGS = JiraSettings


def build(settings: JiraSettings) -> Connector | None:
    """The connector, or None when no address is set. Asks nothing of the site yet."""
    if not settings.url:
        return None
    client = Client(settings)
    source = JiraSource(client, settings)
    outlet = JiraComments(client, public=settings.public_comments)
    book = JiraAssets(client, settings)
    hops = settings.relation_hops
    relations = AssetsRelations(book, settings.relation_attributes, hops, settings.follows) if hops else None
    inbound = JiraInbound(client, settings) if settings.webhook_secret.get_secret_value() else None
    # One client for all parts: they share its circuit, its pace and what it learnt of the server.
    return Connector(
        NAME,
        JiraExaminer(source, book, relations),
        source=source,
        book=book,
        relations=relations,
        channel=outlet,
        inbound=inbound,
        circuit=client.circuit,
        title="Jira",
    )
