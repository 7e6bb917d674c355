"""An asset register in a file, for sites that keep no classes in a CMDB.

Belongs here: reading the file. Not: what counts where it differs from another register (`bot.policy.asset_merge`).
"""

from __future__ import annotations

from pathlib import Path

from connectors.register.doctor import RegisterExaminer
from connectors.register.file_reader import NAME
from connectors.register.register import RegisterBook
from connectors.register.settings import RegisterSettings
from domain.ports.connector import Connector

SETTINGS = RegisterSettings


def build(settings: RegisterSettings) -> Connector | None:
    """The connector, or None when no file is named. The file is not opened yet."""
    if not settings.file:
        return None
    book = RegisterBook(Path(settings.file), settings.relation_hops)
    relations = book if settings.relation_hops else None
    return Connector(NAME, RegisterExaminer(book), book=book, relations=relations)
