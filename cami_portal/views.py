"""The pages that speak of all apps."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import F
from django.db.models.functions import Length
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView

from contacts.models import Role
from events.models import Event
from news.models import Article
from publishing.models import Page
from publishing.structured_data import website
from species.lookups import all_species
from species.models import RangeState, RedList, Species

from .sitemaps import for_machines


class Home(TemplateView):
    template_name = "home.html"

    def get_context_data(self, **kwargs):
        upcoming = (
            Event.objects.published()
            .upcoming()
            .taking_place()
            .order_by(F("start").asc(nulls_last=True), "start_precision")
            .select_related("country")
        )
        return super().get_context_data(
            about=Page.objects.published().filter(slug="about").first(),
            articles=Article.objects.published()[:3],
            next_meeting=upcoming.meetings().first(),
            next_deadline=upcoming.deadlines().first(),
            last_meeting=Event.objects.published().past().taking_place().meetings().select_related("country").first(),
            species=all_species(),
            states=RangeState.objects.select_related("country").counted(),
            roles=Role.objects.filter(kind=Role.Kind.SECRETARIAT)[:3],
            today=timezone.localdate(),
            structured_data=[website(self.request.build_absolute_uri)],
            **kwargs,
        )


class Style(TemplateView):
    """Every colour, face and component on one page, for those who build the portal: shown with DEBUG or to staff."""

    template_name = "style.html"

    def dispatch(self, request, *args, **kwargs):
        if not (settings.DEBUG or request.user.is_staff):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        tokens = Path(finders.find("portal/css/tokens.css")).read_text()
        colours = dict.fromkeys(re.findall(r"^ +--([\w-]+): #", tokens, re.MULTILINE))
        longest = Length("title").desc()
        return super().get_context_data(
            colours=colours,
            habitats=Species.Habitat.choices,
            tracks=["cloven", "hoof", "pad", "paw"],
            categories=RedList,
            articles=Article.objects.published().order_by(longest)[:3],
            events=Event.objects.published().select_related("country").order_by(longest)[:3],
            species=Species.objects.published().order_by(Length("name").desc())[:3],
            states=RangeState.objects.select_related("country").counted(),
            **kwargs,
        )


# Closed to search engines: the editors' side, where they would find a form to sign in; and pages without an end, whose
# items stand in the sitemaps. Lists with filters stay open, whose canonical address is that of the list: previews of
# shared links and subscribed calendars ask here too.
CLOSED = [
    *["/admin/", "/accounts/", "/preview/"],
    *["/*/search/", "/*/contacts/report/?", "/*/events/20*/?"],
]


@for_machines
def robots(request):
    maps = [f"Sitemap: {request.build_absolute_uri(path)}" for path in ("/sitemap.xml", "/sitemap-news.xml")]
    rules = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "", *maps, ""]
    return HttpResponse("\n".join(rules), content_type="text/plain")
