"""The variants of pictures whose rows came another way than through a form."""

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from publishing.models import Picture
from publishing.pictures import variants_of
from publishing.version import bump


class Command(BaseCommand):
    help = "Make the smaller and the cut files of pictures that lack them. Run again, it finds nothing to do."

    def handle(self, *args, **options):
        made = unsound = 0
        for picture in Picture.objects.order_by("pk").iterator():
            wanted = variants_of(picture.file.name, picture.width, picture.height, picture.point)
            there = [name for name in picture.variant_names if default_storage.exists(name)]
            if picture.variants == wanted and there == picture.variant_names:
                continue
            picture.draw(known=there)
            Picture.objects.filter(pk=picture.pk).update(
                variants=picture.variants, width=picture.width, height=picture.height
            )
            if picture.variants:
                made += 1
            else:
                unsound += 1
                self.stderr.write(f"{picture.file.name}: gone, or no picture")
        if made:
            bump()
        self.stdout.write(f"{made} made, {unsound} could not be made.")
