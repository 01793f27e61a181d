import json
import shutil

import pytest

from tests.stack import whole
from tests.stack.servers import EDITOR, PREPARE, Portal, Postgres, run


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
def whole_stack():
    """What `deploy/stack` brings up."""
    stack = whole.Stack(STACK_RATE="100000")
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def in_whole_stack(whole_stack):
    """What its tests need beside the seed: an editor, a picture, a document …, once for all of them."""
    return json.loads(whole_stack.run(whole.PREPARE))


@pytest.fixture(scope="session")
def database_server(whole_stack):
    server = Postgres(whole_stack.environment["DATABASE_URL"])
    server.session = run(EDITOR, server.url)
    return server


@pytest.fixture
def postgres(database_server):
    """The PostgreSQL of the stack; it runs again when the test ends."""
    yield database_server
    if not database_server.socket.exists():
        database_server.start()


@pytest.fixture
def on_postgres(postgres, tmp_path):
    """Start the portal on it, without a proxy."""
    return lambda database=postgres.url, **options: Portal(tmp_path, database, postgres.session, **options)
