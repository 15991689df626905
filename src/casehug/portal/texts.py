"""The portal's own words in both languages, from texts.toml. Questions and documents bring theirs with them."""

import tomllib
from functools import cache
from pathlib import Path

from casehug.intake.templates import Text

LANGUAGES = {"en": "English", "es": "Español"}


@cache
def all_texts() -> dict[str, Text]:
    with (Path(__file__).parent / "texts.toml").open("rb") as file:
        return {key: Text(en=entry["en"], es=entry["es"]) for key, entry in tomllib.load(file).items()}


def say(key: str, language: str, **values: object) -> str:
    """The text in the language, its {places} filled in. An unknown key raises KeyError."""
    return all_texts()[key].in_language(language).format(**values)


def known(key: str) -> bool:
    return key in all_texts()
