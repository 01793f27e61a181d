"""The editors' guide, in the portal itself: one text in each language, with pictures of the real screens."""

from django.contrib import admin
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

PICTURE = {"width": 1120, "height": 700}


class Guide(TemplateView):
    template_name = "admin/guide.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("Editors’ guide"),
            text=f"guide/{get_language()}.html",
            **kwargs,
        )
