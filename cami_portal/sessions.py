"""Sessions in the database, as Django keeps them, but for keys that no session ever had."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    def _validate_session_key(self, key):
        # A cookie can carry anything, also the NUL that PostgreSQL refuses to look for.
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
