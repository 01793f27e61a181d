"""What a list shows, as its readers see it."""

from bs4 import BeautifulSoup


def rows_in(response):
    """``{slug: title}`` of the items in their order."""
    page = BeautifulSoup(response.content.decode(), "html5lib")
    links = page.select("#results :is(.rows, .gallery) li :is(h3, .ask) > a")
    return {link["href"].rstrip("/").rpartition("/")[2]: link.get_text() for link in links}
