"""The loader of the shipped files names every slip of the people who edit them."""

import shutil
from pathlib import Path

import pytest

from casehug.intake import shipped
from casehug.intake.shipped import ShippedError, read_templates, shipped_templates

FOLDER = Path(shipped.__file__).with_name("shipped")
FIRST_QUESTION = '[[about-you.questions]]\nkey = "preferred-name"\nkind = "short"\n'
LAWYER = 'show_if = { question = "other-side-lawyer", equals = ["yes"] }'
SLIPS = [
    (
        "documents/everyone.toml",
        "[photo-id]\ncategory",
        "[photo-id]\ncategoy",
        "documents/everyone.toml, photo-id",
        "“category” is missing",
    ),
    (
        "documents/everyone.toml",
        "[photo-id]\n",
        '[photo-id]\ncolour = "red"\n',
        "documents/everyone.toml, photo-id",
        "“colour” is no word",
    ),
    (
        "documents/everyone.toml",
        'es = "Identificación con foto"\n',
        "",
        "documents/everyone.toml, photo-id",
        "“es” is missing",
    ),
    ("documents/everyone.toml", 'es = "Identificación con foto"', 'es = " "', "photo-id", "enter the Spanish name"),
    ("documents/everyone.toml", "[photo-id]", "[tax-returns]\n[photo-id]", "documents/everyone.toml", "tax-returns"),
    (
        "documents/everyone.toml",
        "[photo-id]",
        "[passport]",
        "documents/immigration.toml, passport",
        "describes “passport” already",
    ),
    (
        "documents/states.toml",
        'states = ["CO"]',
        'states = ["Colorado"]',
        "co-sworn-financial-statement",
        "Colorado is no state",
    ),
    (
        "documents/states.toml",
        'states = ["CO"]',
        "states = [8]",
        "co-sworn-financial-statement",
        "states must be a list of words",
    ),
    (
        "questions/everyone.toml",
        FIRST_QUESTION,
        FIRST_QUESTION.replace("short", "shout"),
        "questions 1 (preferred-name)",
        "“shout” is no kind",
    ),
    (
        "questions/everyone.toml",
        FIRST_QUESTION,
        FIRST_QUESTION + "requierd = true\n",
        "questions 1 (preferred-name)",
        "“requierd” is no word",
    ),
    (
        "questions/everyone.toml",
        FIRST_QUESTION,
        FIRST_QUESTION + 'required = "yes"\n',
        "questions 1 (preferred-name)",
        "“required” must be true or false",
    ),
    (
        "questions/everyone.toml",
        'key = "other-names"',
        'key = "preferred-name"',
        "case_types.toml, divorce-standard",
        "Two questions have the same key, preferred-name",
    ),
    (
        "questions/everyone.toml",
        '{ key = "text", en',
        '{ key = "call", en',
        "questions.contact-preference.options",
        "Two options have the same key, call",
    ),
    ("questions/everyone.toml", 'hint_es = "Empiece', 'hint = "Empiece', "(what-happened)", "“hint_es” is missing"),
    (
        "questions/everyone.toml",
        LAWYER,
        LAWYER.replace("side-lawyer", "side-layer"),
        "case_types.toml, other",
        "a question that is not there",
    ),
    (
        "questions/everyone.toml",
        LAWYER,
        LAWYER.replace("other-side-lawyer", "papers-received"),
        "case_types.toml, other",
        "question before it",
    ),
    ("questions/everyone.toml", LAWYER, LAWYER.replace("yes", "maybe"), "case_types.toml, other", "does not offer"),
    (
        "questions/everyone.toml",
        LAWYER,
        LAWYER.replace("equals", "equal"),
        "(other-side-lawyer-name), show_if",
        "“equal” is no word",
    ),
    (
        "questions/everyone.toml",
        "[goal]\n",
        '[unused]\nen = "a"\nes = "b"\n[goal]\n',
        "questions/everyone.toml, unused",
        "at least one question",
    ),
    (
        "case_types.toml",
        '"general-matter", "goal"',
        '"general-mater", "goal"',
        "case_types.toml, other",
        "no set of questions “general-mater”",
    ),
    ("case_types.toml", '"general-matter", "goal"', '"goal"', "", "asks for the set of questions “general-matter”"),
    ("case_types.toml", '"pain-diary", ', "", "", "asks for the document “pain-diary”"),
    ("case_types.toml", '"pain-diary"', '"pane-diary"', "case_types.toml, personal-injury", "no document “pane-diary”"),
    (
        "case_types.toml",
        '"pain-diary"',
        '"photo-id"',
        "case_types.toml, personal-injury",
        "Two documents have the same key, photo-id",
    ),
    ("case_types.toml", "minutes = 15", "minutes = 0", "case_types.toml, other", "how long"),
    ("case_types.toml", "minutes = 15", "minutes = true", "case_types.toml, other", "“minutes” must be a whole number"),
    ("case_types.toml", "minutes = 15", 'minutes = "15"', "case_types.toml, other", "must be a whole number"),
    ("case_types.toml", "minutes = 15", "minutes = ", "case_types.toml", "Invalid value"),
]


@pytest.mark.parametrize(("file", "good", "slip", "place", "words"), SLIPS, ids=[slip[4] for slip in SLIPS])
def test_a_slip_stops_the_loader_and_is_named(
    tmp_path: Path, file: str, good: str, slip: str, place: str, words: str
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "shipped")
    text = (folder / file).read_text()
    assert good in text
    (folder / file).write_text(text.replace(good, slip, 1))
    with pytest.raises(ShippedError) as refused:
        read_templates(folder)
    assert place in str(refused.value)
    assert words in str(refused.value)


def test_a_copy_without_a_slip_reads_the_same(tmp_path: Path) -> None:
    assert read_templates(shutil.copytree(FOLDER, tmp_path / "shipped")) == shipped_templates()
