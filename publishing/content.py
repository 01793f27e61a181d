"""What every model of the portal's content is built on."""

from django.db import models


class ContentQuerySet(models.QuerySet):
    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_fields, key, strict=True)))

    def published(self):
        """What visitors may see: all, for reference data such as countries and organisations are always public."""
        return self.all()


class Content(models.Model):
    """A row that readers may see. Saving, deleting or relating it moves the content version (``version.py``).

    ``natural_key_fields`` names the look-ups by which fixtures know the row, none of them nullable.
    """

    natural_key_fields = ("slug",)

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True

    def natural_key(self):
        key = []
        for path in self.natural_key_fields:
            value = self
            for name in path.split("__"):
                value = getattr(value, name)
            key.append(value)
        return tuple(key)
