"""The map of the portal: editors' and machines' addresses first, then everything that is read in two languages."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from publishing import views as publishing_views
from publishing.lists import addresses
from publishing.preview import shared

from . import search, sitemaps, views
from .changes import ChangeList
from .documentation import Documentation
from .guide import Guide
from .informea import feed as informea_feed
from .informea import views as informea
from .informea.check import SelfCheck
from .opendata.views import OpenData, data_file

handler400 = "cami_portal.errors.bad_request"
handler403 = "cami_portal.errors.permission_denied"
handler404 = "cami_portal.errors.page_not_found"
handler429 = "cami_portal.errors.too_many_requests"  # allauth asks for it
handler500 = "cami_portal.errors.server_error"

urlpatterns = [
    # Editors
    path("admin/guide/", admin.site.admin_view(Guide.as_view()), name="guide"),
    path("admin/informea/", admin.site.admin_view(SelfCheck.as_view()), name="informea_check"),
    path("admin/", admin.site.urls),
    path("accounts/", include("cami_portal.accounts")),
    path("style/", views.Style.as_view(), name="style"),
    path("preview/<slug:token>/", shared, name="preview"),
    # Machines
    path("api/v1/", include("cami_portal.api")),
    path("data/<path:path>", data_file, name="data-file"),
    path("robots.txt", views.robots),
    re_path(r"^informea\.svc(?:/(?P<path>.*))?$", informea.service, name="informea"),
    path("api/informea/meetings.json", informea.newer, {"name": "Meetings"}, name="informea_meetings"),
    path("api/informea/contacts.json", informea.newer, {"name": "Contacts"}, name="informea_contacts"),
    path("sitemap.xml", sitemaps.index),
    path("sitemap-news.xml", sitemaps.news),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap"),
    re_path(r"^media/pictures/(?P<name>[0-9a-f]{32}[-0-9xshared]{0,20}\.(?:jpg|png|webp))$", publishing_views.picture),
    # Readers
    *i18n_patterns(
        path("", views.Home.as_view(), name="home"),
        path("species/", include("species.urls")),
        path("events/", include("events.urls")),
        path("news/informea.xml", informea_feed.news, name="informea_news"),
        path("news/", include("news.urls")),
        path("contacts/", include("contacts.urls")),
        path("search/", search.Search.as_view(), name="search"),
        path("search/description.xml", search.description, name="search_description"),
        *addresses("changes/", ChangeList, "changes"),
        path("data/api/", Documentation.as_view(), name="api-docs"),
        *addresses("sources/", publishing_views.SourceList, "sources"),
        path("data/", OpenData.as_view(), name="data"),
        # Not two letters: /xx/ is a language that the portal does not have, and no page.
        re_path(r"^(?P<slug>[-a-zA-Z0-9_]{3,})/$", publishing_views.PageView.as_view(), name="page"),
    ),
]
