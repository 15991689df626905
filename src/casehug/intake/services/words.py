"""The words by which matters and clients are found; written anew whenever what they come from changes."""

from casehug.intake import normal
from casehug.intake.models import Client, ClientWord, Matter, MatterWord


def index_matter(matter: Matter) -> None:
    """Write down the words by which this matter is found, in place of those before."""
    texts = [matter.title]
    if matter.client:
        texts += [matter.client.first_name, matter.client.last_name, matter.client.email]
    MatterWord.objects.filter(matter=matter).delete()
    MatterWord.objects.bulk_create(MatterWord(matter=matter, word=word) for word in normal.search_words(*texts))


def index_client(client: Client) -> None:
    """Write down the words by which this client is found: of names single letters too, as some are no longer."""
    names = normal.search_words(client.first_name, client.last_name, shortest=1)
    words = names | normal.search_words(client.email)
    ClientWord.objects.filter(client=client).delete()
    ClientWord.objects.bulk_create(ClientWord(client=client, word=word) for word in words)
