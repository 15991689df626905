"""The words by which a matter is found; written anew whenever its title or its client changes."""

from casehug.intake import normal
from casehug.intake.models import Matter, MatterWord


def index_matter(matter: Matter) -> None:
    """Write down the words by which this matter is found, in place of those before."""
    texts = [matter.title]
    if matter.client:
        texts += [matter.client.first_name, matter.client.last_name, matter.client.email]
    MatterWord.objects.filter(matter=matter).delete()
    MatterWord.objects.bulk_create(MatterWord(matter=matter, word=word) for word in normal.search_words(*texts))
