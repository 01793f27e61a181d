"""The map of the portal: machines' and editors' addresses first, then everything that is read in two languages."""

urlpatterns = []
