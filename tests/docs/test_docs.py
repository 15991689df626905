"""The documentation against the code: nothing is missing, nothing is left over, no link is dead."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from casehug.events import catalogue
from casehug.intake import disclosure
from casehug.ops.demo.people import EVERYBODY, PASSWORD
from casehug.sync import policy
from casehug.sync.policy import Ruling

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
REFERENCE = ROOT / "docs" / "reference"
EXPLANATION = ROOT / "docs" / "explanation"
NOT_OURS = {".venv", ".data", ".pytest_cache", "node_modules", ".git"}

VARIABLE = re.compile(r"(?:CASEHUG|DATABASE|LAWMATICS|SANDBOX|DJANGO|GRANIAN)_[A-Z_]+")
START_UP_NUMBER = re.compile(r"E\d{3}")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def pages() -> list[Path]:
    found = (page for page in ROOT.rglob("*.md") if not NOT_OURS & set(page.relative_to(ROOT).parts))
    return sorted(found)


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def first_cells(page: Path) -> list[str]:
    """What stands in the first column of the page's tables, without backticks."""
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    return [row.split("|")[1].strip().strip("`") for row in rows]


def texts_in_code(folder: Path) -> Iterator[str]:
    """Every string that stands by itself in the code."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def variables_read_directly() -> Iterator[str]:
    """Names in os.environ.get("…"), os.environ["…"] and os.getenv("…"), whatever they look like."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="getenv"), args=[ast.Constant(value=str(name)), *_]):
                    yield name
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[ast.Constant(value=str(name)), *_]
                ):
                    yield name
                case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
                    yield name


def variables() -> set[str]:
    return {text for text in texts_in_code(SOURCE) if VARIABLE.fullmatch(text)} | set(variables_read_directly())


def start_up_numbers() -> set[str]:
    found = texts_in_code(SOURCE / "casehug" / "config")
    return {f"casehug.{text}" for text in found if START_UP_NUMBER.fullmatch(text)}


def rulings() -> list[Ruling]:
    """Every ruling of the closed table, the ones outside of its list included."""
    return [ruling for _, ruling in policy.RULINGS] + [
        value for value in vars(policy).values() if isinstance(value, Ruling)
    ]


def error_row(ruling: Ruling) -> str:
    return f"| `{ruling.code}` | {ruling.fate} | {ruling.happened} | {ruling.advice} |"


def facts() -> list[type[catalogue.Fact]]:
    return catalogue.Fact.__subclasses__()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return {re.split(r"[\[<>=~! ]", line)[0] for lines in lists for line in lines}


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get: lower case, no punctuation, hyphens for blanks."""
    found = set()
    fenced = False
    for line in page.read_text().splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("#") and not fenced:
            heading = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(heading.replace(" ", "-"))
    return found


def relative_links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    return [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("name", sorted(variables()))
def test_it_documents_every_environment_variable(name: str) -> None:
    assert name in first_cells(REFERENCE / "settings.md")


def test_it_documents_no_variable_that_nothing_reads() -> None:
    listed = {cell for cell in first_cells(REFERENCE / "settings.md") if re.fullmatch(r"[A-Z_]+", cell)}
    assert listed - variables() == set()


@pytest.mark.parametrize("number", sorted(start_up_numbers()))
def test_it_documents_every_start_up_number(number: str) -> None:
    assert number in first_cells(REFERENCE / "start-up-checks.md")


def test_it_documents_no_start_up_number_that_is_gone() -> None:
    listed = {cell for cell in first_cells(REFERENCE / "start-up-checks.md") if cell.startswith("casehug.")}
    assert listed == start_up_numbers()


@pytest.mark.parametrize("ruling", rulings(), ids=lambda ruling: str(ruling.code))
def test_it_documents_every_sync_error_word_by_word(ruling: Ruling) -> None:
    assert error_row(ruling) in (REFERENCE / "sync-errors.md").read_text().splitlines()


def test_it_lists_sync_errors_in_the_order_in_which_they_decide() -> None:
    lines = (REFERENCE / "sync-errors.md").read_text().splitlines()
    rows = [line for line in lines if re.match(r"\| `[a-z_]+` \| [a-z]+ \| ", line)]
    # Errors of several kinds may mean the same.
    decided = list(dict.fromkeys(error_row(ruling) for _, ruling in policy.RULINGS))
    assert rows[: len(decided)] == decided
    assert set(rows) == {error_row(ruling) for ruling in rulings()}


def test_it_documents_the_advice_after_a_lost_create() -> None:
    text = " ".join((REFERENCE / "sync-errors.md").read_text().split())
    assert f"> {policy.UNKNOWN_CREATE_ADVICE}" in text


@pytest.mark.parametrize("fate", list(policy.Fate))
def test_it_explains_every_fate(fate: policy.Fate) -> None:
    assert fate in first_cells(REFERENCE / "sync-errors.md")


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: str(fact.name))
def test_it_documents_every_fact_with_what_it_carries(fact: type[catalogue.Fact]) -> None:
    rows = [line for line in (REFERENCE / "facts.md").read_text().splitlines() if line.startswith(f"| `{fact.name}` |")]
    own = {field.name for field in fields(fact)} - {field.name for field in fields(catalogue.Fact)}
    assert [row.split("|")[3] for row in rows] == [" " + ", ".join(f"`{name}`" for name in _ordered(fact, own)) + " "]


def _ordered(fact: type[catalogue.Fact], own: set[str]) -> list[str]:
    return [field.name for field in fields(fact) if field.name in own]


def test_it_documents_no_fact_that_is_gone() -> None:
    listed = {cell for cell in first_cells(REFERENCE / "facts.md") if "." in cell}
    assert listed == {fact.name for fact in facts()}


@pytest.mark.parametrize("target", sorted(targets()))
def test_it_documents_every_target(target: str) -> None:
    assert f"make {target}" in first_cells(REFERENCE / "makefile.md")


def test_it_documents_no_target_that_is_gone() -> None:
    listed = {cell.split()[1] for cell in first_cells(REFERENCE / "makefile.md") if cell.startswith("make ")}
    assert listed == targets()


@pytest.mark.parametrize("name", sorted(direct_dependencies()))
def test_it_gives_a_reason_for_every_direct_dependency(name: str) -> None:
    assert name in first_cells(EXPLANATION / "dependencies.md")


def test_it_gives_no_reason_for_a_dependency_that_is_gone() -> None:
    listed = set(first_cells(EXPLANATION / "dependencies.md")) - {"Package"}
    assert listed == direct_dependencies()


DOOR = {
    "MatterDisclosure": "matter",
    "PersonDisclosure": "person",
    "IntakeDisclosure": "intake",
    "AnswerDisclosure": "answers",
    "DocumentDisclosure": "documents",
}


@pytest.mark.parametrize("part", DOOR)
def test_it_tells_every_field_that_may_leave(part: str) -> None:
    row = DOOR[part]
    lines = (EXPLANATION / "privacy.md").read_text().splitlines()
    [told] = [line for line in lines if line.startswith((f"| {row} | `", f"| `{row}` | `"))]
    named = {field.name for field in fields(getattr(disclosure, part))} - {"person", "intake"}
    assert set(re.findall(r"`(\w+)`", told)) - {row} == named


def test_it_describes_every_room() -> None:
    rooms = {folder.name for folder in (SOURCE / "casehug").iterdir() if (folder / "__init__.py").exists()}
    assert rooms - set(first_cells(EXPLANATION / "house.md")) == set()


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: str(person.email))
def test_it_tells_how_to_sign_in_to_the_demo(person: object) -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"`{getattr(person, 'email', '')}`" in readme
    assert f"`{PASSWORD}`" in readme


def test_it_lists_every_decision() -> None:
    folder = ROOT / "docs" / "decisions"
    assert set(relative_links(folder / "README.md")) == {page.name for page in folder.glob("[0-9]*.md")}


def test_it_leads_from_the_readme_to_every_page() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in relative_links(ROOT / "README.md")}
    decisions = ROOT / "docs" / "decisions"
    assert [page_name(p) for p in (ROOT / "docs").rglob("*.md") if p.parent != decisions and p not in linked] == []


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_it_has_no_dead_link(page: Path) -> None:
    dead = []
    for link in relative_links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_it_would_see_a_dead_link() -> None:
    assert "found-a-firm" in anchors(ROOT / "docs" / "how-to" / "run-in-production.md")
    assert "found-a-court" not in anchors(ROOT / "docs" / "how-to" / "run-in-production.md")
    assert len(relative_links(ROOT / "README.md")) > 10
