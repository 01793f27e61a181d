#!/usr/bin/env python
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cami_portal.settings")
    try:
        settings.DEBUG  # noqa: B018 - read before anything else happens
    except ImproperlyConfigured as error:
        sys.exit(f"The portal is not set up: {error}")
    execute_from_command_line(sys.argv)
