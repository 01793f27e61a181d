"""Standing pages and sources, and the base of every page that shows one published item."""

from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import DetailView, ListView

from .models import Page, PhotoCredit, Source


class PublishedDetailView(DetailView):
    """The page of one item by its slug. A former slug leads to the present address, if the item is published."""

    def get_queryset(self):
        return super().get_queryset().published()

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            try:
                item = self.get_queryset().moved_from(self.kwargs["slug"])
            except self.model.DoesNotExist:
                raise Http404 from None
            return redirect(item, permanent=True)


class PageView(PublishedDetailView):
    model = Page


class SourceList(ListView):
    """Where the portal's facts come from, and the photo credits that documents give for pictures not shown here."""

    model = Source

    def get_context_data(self, **kwargs):
        credits = PhotoCredit.objects.select_related("source")
        return super().get_context_data(photo_credits=credits, **kwargs)
