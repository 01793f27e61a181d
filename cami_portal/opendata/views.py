from django.http import FileResponse, Http404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from publishing.formats import site_of

from . import describe
from .dump import current


class OpenData(TemplateView):
    template_name = "opendata/page.html"

    def get_context_data(self, **kwargs):
        dump, site = current(), site_of(self.request)
        licence, licence_url = describe.licence()
        return super().get_context_data(
            dump=dump,
            abstract=describe.abstract(),
            licence=licence,
            licence_url=licence_url,
            citation=describe.citation(dump.version, site) if dump else "",
            structured_data=[describe.dataset(dump, site)],
            **kwargs,
        )


@require_safe
def data_file(request, path):
    """A file of the dump that is offered now. Its sum says what is in it, so that asking again costs 304."""
    dump = current()
    file = dump and dump.files.get(path)
    if not file:
        raise Http404
    tag = f'"{file.sha256}"'
    response = get_conditional_response(request, etag=tag)
    if response is None:
        try:
            content = (dump.folder / path).open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = FileResponse(content, as_attachment=True, filename=path.replace("/", "-"))
        response["Content-Type"] = file.media_type
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response
