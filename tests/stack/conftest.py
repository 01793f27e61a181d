import shutil

import pytest

from tests.stack.servers import PREPARE, Portal, Postgres, run


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A database in a file with the seed, and the session of an editor in it."""
    folder = tmp_path_factory.mktemp("prepared")
    database = folder / "db.sqlite3"
    return database, run(PREPARE, f"sqlite:///{database}", MEDIA_ROOT=str(folder / "media"))


@pytest.fixture
def sqlite(prepared, tmp_path):
    """Start the portal on an SQLite of its own: ``with sqlite(workers=3) as portal``."""
    database, session = prepared
    shutil.copy(database, tmp_path / "db.sqlite3")
    return lambda **options: Portal(tmp_path, f"sqlite:///{tmp_path / 'db.sqlite3'}", session, **options)


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as server:
        server.session = run(PREPARE, server.url)
        yield server


@pytest.fixture
def on_postgres(postgres, tmp_path):
    """The same on PostgreSQL, which can be stopped under it."""
    yield lambda database=postgres.url, **options: Portal(tmp_path, database, postgres.session, **options)
    if not postgres.socket.exists():
        postgres.start()
