"""Normal forms of what people type: the keys that clients are compared and found by."""

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from casehug.intake.errors import BadInput

HOME_REGION = "US"
LONGEST_EMAIL, LONGEST_NAME_KEY, LONGEST_TITLE_KEY = 254, 161, 200

# Not to be stored: control characters, lone surrogates, and overrides of the writing direction, which disguise names.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean_name(text: str, *, field: str, label: str, limit: int = 80) -> str:
    name = " ".join(text.split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in name):
        raise BadInput(f"Enter the {label}.", field=field)
    return _storable(name, field=field, label=label, limit=limit)


def clean_county(text: str) -> str:
    """The county with single spaces; "" stays "". Raises BadInput."""
    return _storable(" ".join(text.split()), field="county", label="county", limit=80)


def _storable(text: str, *, field: str, label: str, limit: int) -> str:
    if len(text) > limit:
        raise BadInput(f"The {label} is too long: at most {limit} characters.", field=field)
    if _UNFIT.search(text):
        raise BadInput(f"The {label} has characters that cannot be stored.", field=field)
    return text


def clean_email(text: str) -> str:
    """The address as typed, trimmed; "" stays "". Raises BadInput if it cannot be an address."""
    email = text.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise BadInput("Enter the e-mail address like name@example.com.", field="email") from error
    if max(len(email), len(email_key(email))) > LONGEST_EMAIL:
        raise BadInput(f"The e-mail address is too long: at most {LONGEST_EMAIL} characters.", field="email")
    return email


def clean_phone(text: str) -> str:
    """The number in international form (E.164); "" stays "". Raises BadInput if it cannot be a number."""
    text = text.strip()
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, HOME_REGION)
        international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        again = phonenumbers.parse(international, HOME_REGION)
    except phonenumbers.NumberParseException as error:
        raise BadInput("Enter the phone number with its area code, like (303) 555-0134.", field="phone") from error
    # A number of zeros loses one with every reading: as a key it would be equal to nothing, not even to itself.
    lasts = phonenumbers.format_number(again, phonenumbers.PhoneNumberFormat.E164) == international
    if not lasts or not phonenumbers.is_possible_number(number):
        raise BadInput("This phone number has too many or too few digits.", field="phone")
    return international


def email_key(email: str) -> str:
    return email.strip().lower()


def name_key(first_name: str, last_name: str) -> str:
    # Folding can make a name longer: some letters stand for a whole phrase.
    return fold(f"{last_name} {first_name}")[:LONGEST_NAME_KEY].rstrip()


def fold(text: str) -> str:
    """Lower case without accents, single spaces."""
    # Twice, since each of the two steps can give the other more to do (Unicode, D146).
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def findable(text: str) -> str:
    """What was typed to search for, without what cannot be stored and so cannot be found."""
    return _UNFIT.sub("", text).strip()


def search_words(*texts: str, shortest: int = 2) -> set[str]:
    """The words a record is found by: folded, at most 80 characters each."""
    return {word[:80] for text in texts for word in re.findall(r"[\w@.+'-]+", fold(text)) if len(word) >= shortest}


def title_key(title: str) -> str:
    return fold(title)[:LONGEST_TITLE_KEY]
