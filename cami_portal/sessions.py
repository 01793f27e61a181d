"""Sessions in the database, as Django keeps them, with an end: of those at rest, and of all after some days."""

import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

RENEWAL = 30 * 60  # seconds; more often would be a write at every request


class SessionStore(DatabaseSessionStore):
    def _validate_session_key(self, key):
        # A cookie can carry anything, also the NUL that PostgreSQL refuses to look for.
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()

    def load(self):
        """What the session holds. Use puts its end off, but not beyond ``SESSION_LIMIT``."""
        data, now = super().load(), int(time.time())
        if SESSION_KEY not in data:
            return data
        if now - data.setdefault("began", now) > settings.SESSION_LIMIT:
            self.delete()
            self._session_key = None
            return {}
        if now - data.get("seen", 0) > RENEWAL:
            data["seen"] = now
            self.modified = True
        return data

    @classmethod
    def end_all(cls, user, but=None):
        """End the sessions of ``user``, all or all but the one of that key."""
        rows = cls.get_model_class().objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but)
        for row in rows:
            if cls().decode(row.session_data).get(SESSION_KEY) == str(user.pk):
                row.delete()
