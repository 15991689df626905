"""The page about the library names everything it exports, and the header of `errors` draws every error."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

import lawmatics
from lawmatics import errors

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "lawmatics-client.md").read_text()
ERRORS = [
    thing for thing in vars(errors).values() if inspect.isclass(thing) and issubclass(thing, errors.LawmaticsError)
]
DOORS = ["users", "contacts", "matters", "notes", "activities", "reference", "forms", "files"]


@pytest.mark.parametrize("name", lawmatics.__all__)
def test_it_documents_every_public_name(name):
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize("kind", ERRORS)
def test_it_documents_and_draws_every_error(kind):
    assert kind.__name__ in PAGE
    if kind is not errors.LawmaticsError:
        assert re.search(rf"^ +{kind.__name__} +{kind.outcome.name} ", errors.__doc__, re.MULTILINE)


@pytest.mark.parametrize("door", DOORS)
def test_it_documents_every_method(door):
    client = lawmatics.Lawmatics(token=str, http=object())
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{door}` "))
    methods = [name for name in dir(getattr(client, door)) if not name.startswith("_")]
    assert not [n for n in methods if n not in ("parse", "path", "fields") and f"`{n}(" not in row]


def test_it_documents_examples_that_compile():
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        compile(block, "lawmatics-client.md", "exec")


def test_it_imports_only_the_standard_library_and_httpx2():
    for file in Path(lawmatics.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            roots = {name.partition(".")[0] for name in names}
            assert roots <= {*sys.stdlib_module_names, "httpx2", "lawmatics"}, file
