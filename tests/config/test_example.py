"""config.example.toml and the settings say the same."""

import re
import shutil
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

from mailer.config.read import read
from mailer.config.settings import RelaySettings, Settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
ENV = {"MAILER_SECRET": "x" * 32}


def test_the_example_loads_and_its_values_are_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    shutil.copy(EXAMPLE, path)
    path.chmod(0o600)

    settings = read(path, ENV)

    defaults = Settings(
        site=type(settings.site)(settings.site.secret_key, data_dir=tmp_path / "data"),
        relay=(RelaySettings("main", "smtp.example.org"),),
    )
    assert settings == defaults


def test_the_example_names_every_setting_once_in_its_table() -> None:
    tables = re.split(r"^(?:# )?\[+(\w+)\]+$", EXAMPLE.read_text(), flags=re.MULTILINE)
    texts = dict(zip(tables[1::2], tables[2::2], strict=True))

    for name, kind in get_type_hints(Settings).items():
        table = get_args(kind)[0] if get_origin(kind) is tuple else kind
        for field in fields(table):
            found = re.findall(rf"^(?:# )?{field.name} = ", texts[name], flags=re.MULTILINE)
            assert len(found) == 1, f"{name}.{field.name}"


def test_the_example_names_nothing_else() -> None:
    named = set(re.findall(r"^(?:# )?(\w+) = ", EXAMPLE.read_text(), flags=re.MULTILINE))

    kinds = get_type_hints(Settings).values()
    tables = [get_args(kind)[0] if get_origin(kind) is tuple else kind for kind in kinds]
    assert named == {field.name for table in tables for field in fields(table)}
