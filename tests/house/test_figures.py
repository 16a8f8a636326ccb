"""How big things may get, and which words and habits stay outside."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("mailer", "migrations", "tests", "bench", "script")
FILES = sorted((ROOT / "mailer").rglob("*.py"))
LONGEST_FILE = 500
LONGEST_FUNCTION = 50
LONG_FUNCTION = 40
MOST_BROAD_EXCEPTS = 9
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "lib", "tools", "manager"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.name}", node


def size(node: Function) -> int:
    """Return its lines without the docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 2


def test_no_file_is_too_long_to_read() -> None:
    everywhere = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    lengths = {path: len(path.read_text().splitlines()) for path in everywhere}

    assert {path for path, lines in lengths.items() if lines > LONGEST_FILE} == set()


def test_no_function_is_too_long_to_read_and_few_are_long() -> None:
    sizes = {name: size(node) for name, node in functions()}

    assert {name for name, lines in sizes.items() if lines > LONGEST_FUNCTION} == set()
    assert len([name for name, lines in sizes.items() if lines > LONG_FUNCTION]) <= 3


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path.name for path in FILES if path.stem in VAGUE] == []


def test_a_room_has_a_door_plate_and_no_code_in_it() -> None:
    for plate in (ROOT / "mailer").rglob("__init__.py"):
        tree = ast.parse(plate.read_text())
        assert ast.get_docstring(tree), plate
        assert len(tree.body) == 1, plate


def test_every_module_says_what_it_holds() -> None:
    assert [path.name for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_most_public_functions_say_what_the_caller_gets() -> None:
    public = [node for _, node in functions() if not node.name.startswith("_")]
    told = [node for node in public if ast.get_docstring(node)]

    assert len(told) / len(public) >= 0.7


def test_a_broad_except_is_rare_and_carries_its_reason() -> None:
    broad = [
        line
        for path in FILES
        for line in path.read_text().splitlines()
        if re.match(r" *except( \(?(Base)?Exception\b|:)", line)
    ]

    assert [line for line in broad if "#" not in line] == []
    assert len(broad) <= MOST_BROAD_EXCEPTS


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        name
        for name, node in functions()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []
