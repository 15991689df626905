"""Names, addresses and numbers as people type them, and the keys they are compared by."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casehug.intake.errors import BadInput
from casehug.intake.normal import (
    LONGEST_NAME_KEY,
    clean_county,
    clean_email,
    clean_name,
    clean_phone,
    email_key,
    findable,
    fold,
    name_key,
    search_words,
)

ANY_TEXT = st.text(st.characters(codec=None), max_size=90)


def name(text: str) -> str:
    return clean_name(text, field="first_name", label="first name")


@given(ANY_TEXT)
@example("ﷺ" * 80)
@example("\u202egpj.exe")
def test_it_makes_a_name_clean_once_and_for_all_or_refuses_it(text: str) -> None:
    try:
        clean = name(text)
    except BadInput as refused:
        assert refused.field == "first_name"
        return
    assert name(clean) == clean == clean.strip()
    clean.encode()  # what PostgreSQL could not store was refused
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in clean)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Mary   Ann ", "Mary Ann"),
        ("O\u2019Brien-Sm\u00efth", "O\u2019Brien-Sm\u00efth"),
        ("نور", "نور"),
        ("李 小龍", "李 小龍"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("line\nbreak\tand\u2028more", "line break and more"),
        ("X Æ A-12", "X Æ A-12"),
    ],
)
def test_it_keeps_names_of_all_the_world(text: str, clean: str) -> None:
    assert name(text) == clean


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Enter the first name."),
        (" \t\n\u00a0\u3000", "Enter the first name."),
        ("\u200b\u200d\u2060", "Enter the first name."),
        ("\u0301", "Enter the first name."),
        ("\x00", "Enter the first name."),
        ("D\x00ana", "The first name has characters that cannot be stored."),
        ("D\x1b[31mana", "The first name has characters that cannot be stored."),
        ("D\ud800ana", "The first name has characters that cannot be stored."),
        ("\u202eanaD", "The first name has characters that cannot be stored."),
        ("Dana\u2066", "The first name has characters that cannot be stored."),
        ("x" * 81, "The first name is too long: at most 80 characters."),
    ],
)
def test_it_says_what_is_wrong_with_a_name(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        name(text)
    assert (refused.value.sentence, refused.value.field) == (sentence, "first_name")


@pytest.mark.parametrize(("text", "clean"), [("", ""), ("  El  Paso ", "El Paso")])
def test_it_cleans_a_county(text: str, clean: str) -> None:
    assert clean_county(text) == clean


@pytest.mark.parametrize("text", ["x" * 81, "El\x00Paso", "\ud800"])
def test_it_refuses_a_county_that_cannot_be_stored(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_county(text)
    assert refused.value.field == "county"


@given(st.one_of(ANY_TEXT, st.emails()))
@example("a@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + "." + "e" * 57 + ".com")
@example("a@b.com\nBcc: everybody@example.com")
def test_it_makes_an_address_clean_once_and_for_all_or_refuses_it(text: str) -> None:
    try:
        clean = clean_email(text)
    except BadInput as refused:
        assert refused.field == "email"
        return
    assert clean_email(clean) == clean
    assert len(clean) <= 254
    assert len(email_key(clean)) <= 254
    assert not set(clean) & set("\r\n\x00")


@pytest.mark.parametrize(
    "text",
    [
        "dana",
        "dana@",
        "@example.com",
        "dana@example",
        "dana example@example.com",
        "dana@example.com, evil@example.com",
        "dana@example.com\r\nBcc: evil@example.com",
        "Dana <dana@example.com>",
        "d\x00ana@example.com",
        f"{'x' * 64}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 20}.com",
    ],
)
def test_it_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_email(text)
    assert refused.value.field == "email"


def test_it_keeps_an_address_as_typed_and_compares_it_in_lower_case() -> None:
    assert clean_email("  Dana+Case@Example.com ") == "Dana+Case@Example.com"
    assert email_key("Dana+Case@Example.com") == "dana+case@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "3035550134",
        "303-555-0134",
        "(303) 555-0134",
        "303.555.0134",
        "1 303 555 0134",
        "+1 (303) 555-0134",
        "+1-303-555-0134",
        "０３０".replace("０３０", "303") + " 555 0134",
        "３０３５５５０１３４",
    ],
)
def test_it_knows_one_number_in_all_its_spellings(text: str) -> None:
    assert clean_phone(text) == "+13035550134"


@pytest.mark.parametrize(
    "text", ["12", "call me", "303-555", "+", "0" * 300, "555-0134" * 40, "\x00", "++1303", "303555013434343434"]
)
def test_it_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_phone(text)
    assert refused.value.field == "phone"


@given(
    st.one_of(ANY_TEXT, st.text("0123456789+-(). x#", max_size=30), st.from_regex(r"\+[1-9]\d{6,13}", fullmatch=True))
)
@example("+310000000")
def test_it_makes_a_number_clean_once_and_for_all_or_refuses_it(text: str) -> None:
    try:
        clean = clean_phone(text)
    except BadInput:
        return
    assert clean == "" or (clean[0] == "+" and clean[1:].isascii() and clean[1:].isdigit() and len(clean) <= 32)
    assert clean_phone(clean) == clean


@given(ANY_TEXT, ANY_TEXT)
@example("ﷺ" * 80, "ﷺ" * 80)
@example("ß" * 80, "ﬃ" * 80)
def test_it_makes_keys_of_names_that_fit_their_column(first: str, last: str) -> None:
    assert len(name_key(first[:80], last[:80])) <= LONGEST_NAME_KEY


@given(ANY_TEXT)
def test_it_folds_a_text_once_and_for_all(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("typed", "stored"), [("MÜLLER", "muller"), ("Straße", "strasse"), ("  José  María ", "jose maria"), ("Ł", "ł")]
)
def test_it_folds_case_and_accents(typed: str, stored: str) -> None:
    assert fold(typed) == stored


@given(ANY_TEXT)
def test_it_finds_words_that_fit_their_column(text: str) -> None:
    assert all(1 < len(word) <= 80 and "\x00" not in word for word in search_words(text))


@given(ANY_TEXT)
def test_it_searches_for_nothing_that_cannot_be_stored(text: str) -> None:
    findable(text).encode()
    assert "\x00" not in findable(text)
