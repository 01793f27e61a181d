from django.views.generic import TemplateView


class Documentation(TemplateView):
    template_name = "data/api.html"
