"""Files that wait between the two halves of an import: one for each user, in the database, where every worker finds
them and no address leads to them."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT = datetime.timedelta(hours=12)


class Upload(models.Model):
    """What a user has uploaded and not yet confirmed. ``digest`` is that of what was shown of it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.UUIDField(default=uuid.uuid4)
    table = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.name

    @classmethod
    def keep(cls, user, table, form, digest):
        """Keep the file of an ``ImportForm`` instead of the user's last one, and forget what nobody confirmed."""
        cls.objects.filter(models.Q(user=user) | models.Q(created__lt=timezone.now() - KEPT)).delete()
        name = form.cleaned_data["file"].name[-100:]
        return cls.objects.create(user=user, table=table, name=name, content=form.content, digest=digest)

    @classmethod
    def of(cls, user, token):
        """The user's upload of that token, or ``None``; nobody else takes it at the same time."""
        try:
            token = uuid.UUID(token)
        except ValueError:
            return None
        fresh = timezone.now() - KEPT
        return cls.objects.select_for_update().filter(user=user, token=token, created__gte=fresh).first()
