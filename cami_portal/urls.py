"""The map of the portal: editors' and machines' addresses first, then everything that is read in two languages."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from publishing import views as publishing_views
from publishing.lists import addresses
from publishing.preview import shared

from . import views
from .guide import Guide
from .opendata.views import OpenData, data_file

handler400 = "cami_portal.errors.bad_request"
handler403 = "cami_portal.errors.permission_denied"
handler404 = "cami_portal.errors.page_not_found"
handler429 = "cami_portal.errors.too_many_requests"  # allauth asks for it
handler500 = "cami_portal.errors.server_error"

urlpatterns = [
    # Editors
    path("admin/guide/", admin.site.admin_view(Guide.as_view()), name="guide"),
    path("admin/", admin.site.urls),
    path("accounts/", include("cami_portal.accounts")),
    path("style/", views.Style.as_view(), name="style"),
    path("preview/<slug:token>/", shared, name="preview"),
    # Machines
    path("api/v1/", include("cami_portal.api")),
    path("data/<path:path>", data_file, name="data-file"),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("robots.txt", views.robots),
    re_path(r"^media/pictures/(?P<name>[0-9a-f]{32}[-0-9xshared]{0,20}\.(?:jpg|png|webp))$", publishing_views.picture),
    # Readers
    *i18n_patterns(
        path("", views.Home.as_view(), name="home"),
        path("species/", include("species.urls")),
        path("events/", include("events.urls")),
        path("news/", include("news.urls")),
        path("contacts/", include("contacts.urls")),
        *addresses("sources/", publishing_views.SourceList, "sources"),
        path("data/", OpenData.as_view(), name="data"),
        # Not two letters: /xx/ is a language that the portal does not have, and no page.
        re_path(r"^(?P<slug>[-a-zA-Z0-9_]{3,})/$", publishing_views.PageView.as_view(), name="page"),
    ),
]
