"""The four roles of the desk, as groups with permissions. What they mean is described in docs/roles.md.

Code asks for permissions, never for the name of a group. Two of them belong to no table: ``publishing.publish``, to
write everywhere and to put items on the portal, and ``publishing.translate``, to write all Russian fields.
"""

from django.contrib.auth.management import create_permissions

CONTENT = ["publishing", "contacts", "species", "events", "news"]
EVERYTHING = ["view", "add", "change", "delete"]
WRITTEN_BY_AUTHORS = ["page", "species", "instrument", "event", "article"]
# Rows that stand in the forms of those.
PARTS = ["assessment", "listing", "membership", "identifier", "range", "focalpoint"]
PARTS += ["deadline", "part", "participant", "document", "photocredit"]
PRIVATE = ["privatecontact", "previewlink"]


def author(model):
    if model in PRIVATE:
        return []
    if model in PARTS:
        return EVERYTHING
    if model in WRITTEN_BY_AUTHORS:
        return ["view", "add", "change"]
    return ["view", "add"] if model in ("picture", "source") else ["view"]


def translator(model):
    return [] if model in PRIVATE else ["view", "change", "translate"]


def editor(model):
    return [] if model in PRIVATE else [*EVERYTHING, "publish", "translate"]


def administrator(model):
    return [*EVERYTHING, "publish", "translate"]


# What each may do with the rows of a model, and with accounts.
ROLES = {
    "Author": (author, []),
    "Translator": (translator, []),
    "Editor": (editor, []),
    "Administrator": (administrator, ["view_user", "add_user", "change_user"]),
}


def make_groups(apps, schema_editor=None):
    """Make the groups, or give them the permissions again; ``apps`` may be those of a migration.

    A migration that adds a model runs this once more.
    """
    for label in [*CONTENT, "auth"]:
        config = apps.get_app_config(label)
        config.models_module = getattr(config, "models_module", True)  # the apps of a migration have no modules
        create_permissions(config, apps=apps, verbosity=0)  # else there are none before the last migration
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    content = permission_model.objects.filter(content_type__app_label__in=CONTENT).select_related("content_type")
    for name, (allowed, accounts) in ROLES.items():
        group = group_model.objects.get_or_create(name=name)[0]
        kept = [one for one in content if one.codename.split("_")[0] in allowed(one.content_type.model)]
        users = permission_model.objects.filter(content_type__app_label="auth", codename__in=accounts)
        group.permissions.set([*kept, *users])
