from urllib.parse import quote, urlencode

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView, find_page, track

from .filters import OrganisationFilter, RoleFilter
from .models import Assignment, Organisation, Partnership, Role
from .records import OrganisationRecord, RoleRecord
from .vcards import organisation_card, role_card

ASSIGNMENTS = Prefetch("assignments", Assignment.objects.select_related("person", "source"))
RELATED = 12


class RoleList(FilteredListView):
    model = Role
    filterset_class = RoleFilter
    title = gettext_lazy("Contacts")
    record = RoleRecord
    paginate_by = 60
    listed = ()

    def get_queryset(self):
        roles = super().get_queryset().select_related("organisation")
        return roles if self.form else roles.prefetch_related(ASSIGNMENTS, "topics")


class RoleDetail(PublishedDetailView):
    model = Role
    extra_context = {"trail": [("contacts:list", gettext_lazy("Contacts"))]}

    def get_queryset(self):
        return super().get_queryset().select_related("organisation").prefetch_related(ASSIGNMENTS, "topics")

    def get_context_data(self, **kwargs):
        return super().get_context_data(deadlines=self.object.deadlines.published().select_related("event"), **kwargs)


class RoleCard(RoleDetail):
    def render_to_response(self, context, **response_kwargs):
        return attached(role_card(self.object, self.request), self.object.slug)


class OrganisationList(FilteredListView):
    model = Organisation
    filterset_class = OrganisationFilter
    title = gettext_lazy("Organisations")
    record = OrganisationRecord
    paginate_by = 60
    listed = ()

    def get_queryset(self):
        return super().get_queryset().select_related("country")


class OrganisationDetail(PublishedDetailView):
    model = Organisation
    extra_context = {"trail": [("contacts:organisations", gettext_lazy("Organisations"))]}

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("country__range_state", "part_of", "source")
            .prefetch_related("parts", "roles", Prefetch("partnerships", Partnership.objects.select_related("source")))
        )

    def get_context_data(self, **kwargs):
        organisation = self.object
        return super().get_context_data(
            track=track(
                RELATED,
                article=organisation.articles.published().distinct(),
                event=organisation.events.published().select_related("country").distinct(),
            ),
            **kwargs,
        )


class OrganisationCard(OrganisationDetail):
    def get_context_data(self, **kwargs):
        return kwargs  # a card needs none of what the page shows beside it

    def render_to_response(self, context, **response_kwargs):
        return attached(organisation_card(self.object, self.request), self.object.slug)


def attached(card, name):
    disposition = f'attachment; filename="{name}.vcf"'
    return HttpResponse(card, content_type="text/vcard; charset=utf-8", headers={"Content-Disposition": disposition})


class ReportError(TemplateView):
    """Whom to tell that a page is wrong, and what to write; the mail is the reader's own."""

    template_name = "contacts/report.html"
    extra_context = {"trail": [("contacts:list", gettext_lazy("Contacts"))]}

    def get_context_data(self, **kwargs):
        page = self.request.GET.get("page", "")
        if page:
            find_page(page, self.request)
        address = self.request.build_absolute_uri(page) if page else ""
        # The first role of the Secretariat answers for the initiative, and so for its portal.
        roles = Role.objects.published().filter(kind=Role.Kind.SECRETARIAT)
        role = roles.select_related("organisation").prefetch_related(ASSIGNMENTS).first()
        return super().get_context_data(
            page=page, address=address, role=role, letter=letter(role, address) if role else "", **kwargs
        )


def letter(role, address):
    """``mailto:`` for a letter to ``role`` about the page at ``address``; empty where no mailbox is recorded."""
    if not role.email:
        return ""
    text = {"subject": _("Error on the CAMI portal"), "body": f"{address}\n\n"}
    return f"mailto:{quote(role.email, safe='@')}?{urlencode(text, quote_via=quote)}"
