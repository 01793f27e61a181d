"""Import and export of many items at once, as tables in files (``sheets.py``) with columns (``columns.py``).

An import is done twice: the first time it is undone again and shows what it would do; the second time, when the editor
has seen that, it is kept if it would still do the same. It is all or nothing. Nothing is removed by it.
"""

import json
from hashlib import sha256

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth import get_permission_codename
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import NON_FIELD_ERRORS, BadRequest, PermissionDenied, ValidationError
from django.db import DatabaseError, DataError, transaction
from django.http import FileResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from . import history, sheets
from .checklist import new_errors
from .columns import RelationColumn, column, shortened
from .permissions import PUBLISH
from .slugs import FormerSlug, make_slug
from .uploads import Upload

PUBLISHING = ["source", "published_at", "expires_at", "withdrawn_at"]  # the last columns of what is published
MAX_SHOWN = 200  # rows on the page that shows what an import would do
NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"


class Table:
    """What of a model is exchanged: ``fields`` in the order of the columns; ``key`` are those that name a row.

    ``fields`` hold neither pictures and files nor anything private.
    """

    model = None
    fields = ()
    key = ("slug",)
    parent = ""  # the field with the item in whose form the rows stand, if they have no form of their own

    @property
    def name(self):
        return self.model._meta.model_name

    @property
    def label(self):
        return capfirst(self.model._meta.verbose_name_plural)

    def columns(self):
        """New ones for each export and import: they remember what they looked up."""
        return [column(self.model, name, name != "slug" if name in self.key else None) for name in self.fields]

    def rows_of(self, items):
        """The rows of the table that belong to ``items`` of the list; in the order of their keys."""
        where = {f"{self.parent}__in": items} if self.parent else {"pk__in": items}
        return self.model.objects.filter(**where).order_by(*self.paths)

    @property
    def paths(self):
        """The look-ups behind the columns of the key."""
        return [
            f"{one.name}__{one.path}" if isinstance(one, RelationColumn) else one.name
            for one in self.columns()
            if one.name in self.key
        ]

    def title(self, item):
        """Of what the slug of a new item is made."""
        return item.title_in_any_language

    def shown(self, row):
        """The item in whose form a row is found."""
        return getattr(row, self.parent) if self.parent else row

    def export(self, form, items):
        """A file with the rows of ``items``, in one of the forms of ``sheets``."""
        columns = self.columns()
        relations = [path for one in columns if isinstance(one, RelationColumn) for path in one.prefetch]
        rows = self.rows_of(items).prefetch_related(*relations).iterator(chunk_size=500)
        cells = ([one.written(one.value(row)) for one in columns] for row in rows)
        return sheets.write(form, [one.name for one in columns], cells)


class Row:
    """A row of a file and what became of it: ``changes`` are ``(column, old, new)``, ``errors`` ``(name, words)``."""

    def __init__(self, number):
        self.number, self.item, self.outcome = number, None, UNCHANGED
        self.changes, self.errors = [], []

    def refuse(self, name, errors):
        self.outcome = REFUSED
        self.errors += [(name, error) for error in errors]


class Import:
    """One run over the rows of a sheet. Whoever calls ``run()`` keeps or undoes what it did."""

    def __init__(self, table, sheet, user):
        self.table, self.sheet, self.user = table, sheet, user
        self.rows, self.faults = [], []
        self.all_columns = {one.name: one for one in table.columns()}
        self.columns = [self.all_columns.get(name) for name in sheet.head]
        self.seen, self.caught_up = {}, set()

    def run(self, keep=False):
        """``keep``: what it stores shall stay, so that what was there before goes into the history of the items."""
        self.to_history = keep
        self.check_head()
        if not self.faults:
            self.look_up()
            self.rows = [self.take(number, cells) for number, cells in self.sheet.rows]

    def check_head(self):
        head = self.sheet.head
        unknown = [name for name in head if name not in self.all_columns]
        twice = sorted({name for name in head if name and head.count(name) > 1})
        missing = [name for name in self.table.key if name not in head]
        for names, words in [
            (unknown, _("These columns are not known: %s. Remove them, or write their names as below.")),
            (twice, _("These columns stand there twice: %s.")),
            (missing, _("These columns are missing: %s. Without them nobody knows what a row is about.")),
        ]:
            if names:
                self.faults.append(words % ", ".join(f"“{shortened(name)}”" for name in names[:20]))
        if not self.sheet.rows:
            self.faults.append(_("The file has no row below the names of its columns."))

    def look_up(self):
        """What the file names: related items, the items themselves, former addresses. Once for all rows."""
        cells = {one: [self.cell(row, place) for row in self.sheet.rows] for place, one in enumerate(self.columns)}
        for one in self.columns:
            if isinstance(one, RelationColumn):
                one.find({key for cell in cells[one] for key in one.keys(cell)})
        first = self.all_columns[self.table.key[0]]
        names = sorted(filter(None, {first.read_or_none(cell) for cell in cells[first]}))
        relations = [path for one in self.columns if isinstance(one, RelationColumn) for path in one.prefetch]
        relations += [path for name in self.table.key for path in getattr(self.all_columns[name], "prefetch", [])]
        self.items, self.former = {}, {}
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            rows = self.table.model.objects.filter(**{f"{self.table.paths[0]}__in": some})
            for item in rows.prefetch_related(*relations).select_for_update():
                self.items[self.key_of(item)] = item
            if first.name == "slug":
                former = FormerSlug.objects.of(self.table.model).filter(slug__in=some)
                self.former |= dict(former.values_list("slug", "object_id"))

    def key_of(self, item):
        return tuple(self.all_columns[name].value(item) for name in self.table.key)

    @staticmethod
    def cell(row, place):
        _number, cells = row
        return cells[place] if place < len(cells) else ""

    def take(self, number, cells):
        """Read, check and store one row."""
        row, values = Row(number), {}
        if len(cells) > len(self.columns):
            row.refuse("", [_("There are more cells than names of columns in the first row.")])
        for place, one in enumerate(self.columns):
            try:
                values[one] = one.read(self.cell((number, cells), place))
            except ValidationError as error:
                row.refuse(one.name, error.messages)
        key = tuple(values.get(self.all_columns[name]) for name in self.table.key)
        if None not in key and key != ("",):
            self.check_key(row, key)
        row.item = self.items.get(key) or self.table.model()
        if row.outcome != REFUSED:
            self.apply(row, values)
        return row

    def check_key(self, row, key):
        if key in self.seen:
            row.refuse(self.table.key[-1], [_("Row %d is about the same item.") % self.seen[key]])
        self.seen.setdefault(key, row.number)
        if key not in self.items and len(key) == 1 and key[0] in self.former:
            item = self.table.model.objects.filter(pk=self.former[key[0]]).first()
            row.refuse("slug", [_("This is the former address of “%s”. Write the present one.") % (item and item.slug)])

    def apply(self, row, values):
        item, new = row.item, row.item.pk is None
        before = {one: "" if new else one.written(one.value(item)) for one in self.columns}
        if not new:
            values = {one: value for one, value in values.items() if one.written(value) != before[one]}
            if not values:
                return
        for one, value in values.items():
            if not one.is_relation:
                one.put(item, value)
        self.check(row, new)
        if row.outcome == REFUSED:
            return
        after = {
            one: one.written(values[one]) if one in values and one.is_relation else one.written(one.value(item))
            for one in self.columns
        }  # after the model's own cleaning
        row.changes = [(one, before[one], after[one]) for one in self.columns if before[one] != after[one]]
        if new or row.changes:
            row.outcome = NEW if new else CHANGED
            self.store(row, values)

    def check(self, row, new):
        """The model's own checks, each error beside the column at fault."""
        missing = set()
        if new:
            self.begin(row)
            missing = {name for name, one in self.all_columns.items() if one.required and one not in self.columns}
            for name in sorted(missing):
                row.refuse(name, [_("A new item needs this column.")])
        self.ask(row, lambda: row.item.clean_fields(exclude=self.unasked | missing), row.item.clean)
        if row.outcome != REFUSED and hasattr(row.item, "gaps"):
            for gap in new_errors(row.item):
                row.refuse(gap.field, [str(gap.text)])

    @cached_property
    def unasked(self):
        """Fields that need no check: relations, which were looked up, and what holds a text of any language."""
        relations = {field.name for field in self.table.model._meta.fields if field.is_relation}
        return relations | {one.original.name for one in self.all_columns.values() if one.language}

    def ask(self, row, *checks):
        errors = {}
        for check in checks:
            try:
                check()
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        for name, found in errors.items():
            row.refuse("" if name == NON_FIELD_ERRORS else name, ValidationError(found).messages)

    def begin(self, row):
        """What a new item gets beside what the file says."""
        item = row.item
        for one in self.all_columns.values():
            if one.language and one.value(item) is None:
                one.put(item, "")  # every constraint lets an unknown text pass
        if hasattr(item, "author_id"):
            item.author = self.user
        if getattr(item, "slug", None) == "":
            slug = make_slug(self.table.title(item))
            if (slug,) in self.seen or type(item).objects.filter(slug=slug).exists():
                row.refuse("slug", [_("There is “%s” already. Write that if you mean it, else another word.") % slug])
            else:
                self.seen[slug,] = row.number
                item.slug = "" if hasattr(item, "fill_slug") else slug

    def store(self, row, values):
        try:
            with transaction.atomic():
                self.catch_up(row)
                row.item.save()
                for one, value in values.items():
                    if one.is_relation:
                        one.put(row.item, value)
        except (DatabaseError, ValueError, OverflowError):
            # Asked only now: each of these checks is a query, which few rows need.
            self.ask(row, lambda: row.item.validate_unique(exclude={"uuid"}), row.item.validate_constraints)
            if row.outcome != REFUSED:
                row.refuse("", [_("The database cannot store this row.")])

    def catch_up(self, row):
        item = self.table.shown(row.item)
        if self.to_history and item.pk and item.pk not in self.caught_up:
            history.catch_up(item)
            self.caught_up.add(item.pk)

    # --- what there is to say of it

    def count(self, outcome):
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def counts(self):
        return [
            (NEW, pgettext("rows of a file", "new"), self.count(NEW)),
            (CHANGED, pgettext("rows of a file", "changed"), self.count(CHANGED)),
            (UNCHANGED, pgettext("rows of a file", "unchanged"), self.count(UNCHANGED)),
            (REFUSED, pgettext("rows of a file", "refused"), self.count(REFUSED)),
        ]

    @property
    def stored(self):
        return [row for row in self.rows if row.outcome in (NEW, CHANGED)]

    @property
    def refused(self):
        return [row for row in self.rows if row.outcome == REFUSED]

    @property
    def is_sound(self):
        return not self.faults and not self.refused

    @property
    def digest(self):
        """The same for two runs that do the same."""
        told = [
            (row.number, row.outcome, [[one.name, str(a), str(b)] for one, a, b in row.changes]) for row in self.rows
        ]
        return sha256(json.dumps(told).encode()).hexdigest()


class Undone(Exception):
    """Takes back what stands in a transaction."""


# --- screens ------------------------------------------------------------------------------------------------------


class ImportForm(forms.Form):
    table = forms.ChoiceField(label=gettext_lazy("What is in the file"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"required": gettext_lazy("Choose a file.")},
        allow_empty_file=True,
    )

    def __init__(self, tables, *args, **kwargs):
        super().__init__(*args, **kwargs)
        tables_field(self, tables)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > sheets.MAX_BYTES:
            raise ValidationError(_("The file is larger than %d MB. Divide it.") % (sheets.MAX_BYTES // 2**20))
        self.content = file.read()
        self.sheet = sheets.read(self.content)
        return file


class ExportForm(forms.Form):
    table = forms.ChoiceField(label=gettext_lazy("What"), widget=forms.RadioSelect)
    form = forms.ChoiceField(
        label=gettext_lazy("As"),
        widget=forms.RadioSelect,
        initial=sheets.XLSX,
        choices=[
            (sheets.XLSX, gettext_lazy("Excel (XLSX)")),
            (sheets.CSV_SEMICOLON, gettext_lazy("CSV with semicolons, for an Excel in Russian or German")),
            (sheets.CSV, gettext_lazy("CSV with commas, for other programs")),
        ],
    )

    def __init__(self, tables, *args, **kwargs):
        super().__init__(*args, **kwargs)
        tables_field(self, tables)


def tables_field(form, tables):
    """Ask which table only where a list has several."""
    form.fields["table"].choices = [(table.name, table.label) for table in tables]
    form.fields["table"].initial = tables[0].name
    if len(tables) == 1:
        form.fields["table"].required = False
        form.fields["table"].widget = forms.HiddenInput()


class BulkAdmin:
    """For the screens of what can be exchanged: ``tables`` are classes of ``Table``, the list's own first.

    Whoever sees the list may export it. Only Editors import: what comes in may be live at once.
    """

    tables = ()

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        doors = {"may_import": bool(self.tables_for_import(request)), "may_export": True}
        return super().changelist_view(request, doors | (extra_context or {}))

    def tables_for_import(self, request):
        if not request.user.has_perm(PUBLISH):
            return []
        return [table() for table in self.tables if may(request.user, table.model, "add", "change")]

    def tables_for_export(self, request):
        if not self.has_view_permission(request):
            return []
        return [table() for table in self.tables if may(request.user, table.model, "view")]

    def import_view(self, request):
        tables = self.tables_for_import(request)
        if not tables:
            raise PermissionDenied
        if "upload" in request.POST:
            return self.confirm(request, tables)
        form = ImportForm(tables, request.POST or None, request.FILES or None)
        outcome = upload = None
        if form.is_valid():
            table = chosen(tables, form.cleaned_data["table"])
            outcome = Import(table, form.sheet, request.user)
            self.carry_out(request, outcome, keep=False)
            if outcome.is_sound and outcome.stored:
                upload = Upload.keep(request.user, table.name, form, outcome.digest)
        return self.import_page(request, tables, form, outcome, upload)

    def confirm(self, request, tables):
        """Do what was shown. If it would do something else by now, show that."""
        with transaction.atomic():
            upload = Upload.of(request.user, request.POST["upload"])
            table = upload and chosen(tables, upload.table)
            if not table:
                messages.error(request, _("Nothing was stored: the file is no longer here. Choose it again."))
                return HttpResponseRedirect(request.path)
            outcome = Import(table, sheets.read(bytes(upload.content)), request.user)
            if self.carry_out(request, outcome, keep=True, digest=upload.digest):
                self.record(request, outcome, upload.name)
                upload.delete()
                messages.success(request, stored_in_words(outcome))
                return HttpResponseRedirect(reverse(admin_urlname(self.opts, "changelist")))
        messages.warning(
            request, _("Nothing was stored: something was changed in the meantime. Look again at what would be stored.")
        )
        upload.digest = outcome.digest
        if outcome.is_sound and outcome.stored:
            upload.save()
        else:
            upload.delete()
            upload = None
        return self.import_page(request, tables, ImportForm(tables), outcome, upload)

    def carry_out(self, request, outcome, keep, digest=""):
        """Run an import; keep what it did if it is sound and does what was shown, else undo it. Whether it was kept."""
        try:
            with transaction.atomic():
                outcome.run(keep)
                if not (keep and outcome.is_sound and outcome.digest == digest):
                    raise Undone
        except Undone:
            return False
        return True

    def record(self, request, outcome, name):
        """A line for each row among the actions of the desk, and what each item is now in its history."""
        items = [outcome.table.shown(row.item) for row in outcome.stored]
        for item in {item.pk: item for item in items}.values():
            history.keep(item, history.Occasion.IMPORTED, request.user)
        content_type = ContentType.objects.get_for_model(self.model)
        entries = []
        for row in outcome.stored:
            item = outcome.table.shown(row.item)
            columns = ", ".join(one.name for one, old, new in row.changes)
            entries.append(
                LogEntry(
                    user=request.user,
                    content_type=content_type,
                    object_id=item.pk,
                    object_repr=str(item)[:200],
                    action_flag=ADDITION if row.outcome == NEW and item is row.item else CHANGE,
                    change_message=_("Imported from %(file)s, row %(row)d: %(columns)s.")
                    % {"file": name, "row": row.number, "columns": columns},
                )
            )
        LogEntry.objects.bulk_create(entries, batch_size=500)

    def import_page(self, request, tables, form, outcome, upload):
        context = {
            "title": _("Import: %s") % self.opts.verbose_name_plural,
            "form": form,
            "outcome": outcome,
            "upload": upload,
            "file_name": upload.name if upload else getattr(form.files.get("file"), "name", ""),
            "tables": [(table.label, table.name, table.columns(), table.key) for table in tables],
            "limits": {"megabytes": sheets.MAX_BYTES // 2**20, "rows": sheets.MAX_ROWS},
            "is_publishable": any("published_at" in table.fields for table in tables),
        }
        if outcome:
            context |= {
                "shown_refused": outcome.refused[:MAX_SHOWN],
                "more_refused": len(outcome.refused[MAX_SHOWN:]),
                "shown_stored": [self.shown(row, outcome.table) for row in outcome.stored[:MAX_SHOWN]],
                "more_stored": len(outcome.stored[MAX_SHOWN:]),
            }
        wrong = form.errors or (outcome and not outcome.is_sound)
        return self.page(request, "admin/import.html", context, status=400 if wrong else 200)

    def shown(self, row, table):
        """A row for the page: itself, its item in words, the item's form if there is one yet, what would change."""
        changes = [(one, *excerpts(str(old), str(new))) for one, old, new in row.changes]
        page = row.outcome == CHANGED and reverse(admin_urlname(self.opts, "change"), args=[table.shown(row.item).pk])
        return row, str(row.item), page, changes

    def export_view(self, request):
        tables = self.tables_for_export(request)
        if not tables:
            raise PermissionDenied
        items = self.listed(request)
        form = ExportForm(tables, request.POST or None)
        if form.is_valid():
            table = chosen(tables, form.cleaned_data["table"])
            try:
                file = table.export(form.cleaned_data["form"], items.values("pk"))
            except ValidationError as error:
                form.add_error("form", error)
            else:
                ending = "xlsx" if form.cleaned_data["form"] == sheets.XLSX else "csv"
                name = f"{table.name}-{timezone.localdate().isoformat()}.{ending}"
                content_type = sheets.TYPES[form.cleaned_data["form"]]
                return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
        context = {
            "title": _("Export: %s") % self.opts.verbose_name_plural,
            "form": form,
            "number": items.count(),
            "is_filtered": bool(request.GET),
        }
        return self.page(request, "admin/export.html", context, status=400 if form.errors else 200)

    def listed(self, request):
        """The items that the list shows with the filters and words of the address, on all its pages."""
        request.GET = request.GET.copy()
        for name in ("p", "all", "e"):
            request.GET.pop(name, None)
        try:
            return self.model.objects.filter(pk__in=self.get_changelist_instance(request).queryset.values("pk"))
        except (IncorrectLookupParameters, ValueError, OverflowError, DataError) as error:
            raise BadRequest from error

    def page(self, request, template, context, status):
        request.current_app = self.admin_site.name
        context = self.admin_site.each_context(request) | {"opts": self.opts, "media": self.media} | context
        return TemplateResponse(request, template, context, status=status)


def may(user, model, *actions):
    opts = model._meta
    return all(user.has_perm(f"{opts.app_label}.{get_permission_codename(action, opts)}") for action in actions)


def excerpts(old, new, length=160):
    """Both texts, long ones cut to where they begin to differ."""
    same = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = 1 + new.rfind(" ", 0, max(0, same - 40)) if max(len(old), len(new)) > length else 0
    return ["…" * (start > 0 and bool(text)) + shortened(text[start:], length) for text in (old, new)]


def chosen(tables, name):
    """The table of that name; the first where a list has one only."""
    named = [table for table in tables if table.name == name]
    return next(iter(named or (tables if not name else [])), None)


def stored_in_words(outcome):
    number = len(outcome.stored)
    return ngettext("%(number)d row was stored: %(new)d new, %(changed)d changed.",
                    "%(number)d rows were stored: %(new)d new, %(changed)d changed.", number) % {
        "number": number, "new": outcome.count(NEW), "changed": outcome.count(CHANGED),
    }  # fmt: skip
