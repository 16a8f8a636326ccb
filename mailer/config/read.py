"""A configuration file and the environment, read into Settings: every fault at once.

`MAILER_<TABLE>__<KEY>` in the environment overrides a key of the file; `MAILER_RELAY__<KEY>` means
the only relay.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from mailer.address import parse_address
from mailer.config.convert import Place, Wrong, convert
from mailer.config.settings import RelaySettings, Settings, SiteSettings
from mailer.errors import THE_FILE, AddressError, ConfigError, Fault

PREFIX = "MAILER_"
# A secret written out in the file itself, or a password inside a URL.
WEB_ADDRESS = re.compile(r"https?://[^\s\"<>]+")
PLAIN_SECRET = re.compile(
    r"""^\s*(secret_key|password|token|key)\s*=\s*["'[]|://[^"'/\s]*:[^"'/\s]*@""", re.MULTILINE
)
Table = dict[str, object]


def read(path: Path, env: Mapping[str, str]) -> Settings:
    """Return the settings of the file at `path`, overridden by `env`; raise ConfigError."""
    faults: list[Fault] = []
    document = _document(path)
    said = _override(document, env, faults)
    place = Place(path.parent, env)
    tables = {
        name: _table(name, kind, document.pop(name, None), place, faults)
        for name, kind in get_type_hints(Settings).items()
    }
    faults += [_unknown(name, "", tables) for name in document]
    if not faults:
        settings = Settings(**tables)  # type: ignore[arg-type]  # _table made each as its type says
        settings = replace(settings, site=_beside(path, settings.site))
        faults += _contradictions(settings)
        faults += _exposed(path)
        if not faults:
            return settings
    raise ConfigError([_with_its_variable(one, said) for one in faults], source=str(path))


def _document(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as why:
        fault = Fault(THE_FILE, "does not exist; `mailer init` makes one")
        raise ConfigError([fault], source=str(path)) from why
    except UnicodeDecodeError as why:
        raise ConfigError([Fault(THE_FILE, "is not UTF-8 text")], source=str(path)) from why
    except (OSError, tomllib.TOMLDecodeError) as why:
        raise ConfigError([Fault(THE_FILE, f"cannot be read: {why}")], source=str(path)) from why


def _override(document: Table, env: Mapping[str, str], faults: list[Fault]) -> dict[str, str]:
    """Put `MAILER_<TABLE>__<KEY>` values where the file would have had them.

    Return which variable each of these settings, and tables that the file has not, is from.
    """
    said: dict[str, str] = {}
    for variable, value in env.items():
        name, mark, key = variable.removeprefix(PREFIX).lower().partition("__")
        if not (variable.startswith(PREFIX) and mark):
            continue
        if name not in document:
            said[name] = variable
        if name == "relay":
            relays = document.setdefault("relay", [{}])
            if not isinstance(relays, list) or len(relays) != 1:
                faults.append(Fault(variable, "there are several relays; name it in the file"))
                continue
            table = relays[0]
        else:
            table = document.setdefault(name, {})
        if isinstance(table, dict):
            table[key] = value
            said[f"{name}.{key}"] = variable
    return said


def _with_its_variable(one: Fault, said: Mapping[str, str]) -> Fault:
    """Return a fault that tells whoever looks for it in the file where it is."""
    variable = said.get(one.setting)
    return one if variable is None else Fault(one.setting, f"{one.reason} ({variable} says so)")


def _table(name: str, kind: type, value: object, place: Place, faults: list[Fault]) -> object:
    """Read one table of the document, or one array of tables."""
    if get_origin(kind) is tuple:
        (inner, _) = get_args(kind)
        rows = [] if value is None else value
        if not isinstance(rows, list):
            faults.append(Fault(name, f"is a list of tables: write [[{name}]]"))
            return ()
        return tuple(
            _fields(f"{name}[{number}]" if len(rows) > 1 else name, inner, row, place, faults)
            for number, row in enumerate(rows)
        )
    return _fields(name, kind, {} if value is None else value, place, faults)


def _fields(name: str, kind: type, value: object, place: Place, faults: list[Fault]) -> object:
    if not isinstance(value, dict):
        faults.append(Fault(name, f"is a table: write [{name}]"))
        return None
    assert is_dataclass(kind)  # noqa: S101 - narrows the type
    wanted = get_type_hints(kind, include_extras=True)
    found: Table = {}
    for key, raw in value.items():
        if key not in wanted:
            faults.append(_unknown(key, f"{name}.", wanted))
            continue
        try:
            found[key] = convert(raw, wanted[key], place)
        except Wrong as why:
            faults.append(Fault(f"{name}.{key}", str(why)))
            found[key] = None
    for field in fields(kind):
        required = field.default is MISSING and field.default_factory is MISSING
        if required and field.name not in found:
            faults.append(Fault(f"{name}.{field.name}", "is missing"))
            found[field.name] = None
    return kind(**found)


def _unknown(key: str, table: str, known: Mapping[str, object]) -> Fault:
    near = get_close_matches(key, list(known), n=1)
    meant = f"; did you mean {table}{near[0]}?" if near else ""
    return Fault(f"{table}{key}", f"is not a setting{meant}")


def _beside(path: Path, site: SiteSettings) -> SiteSettings:
    """Return the settings with their folders where they are: relative to the file."""
    theme = None if site.theme is None else path.parent / site.theme
    return replace(site, data_dir=path.parent / site.data_dir, theme=theme)


def _contradictions(settings: Settings) -> list[Fault]:
    """Return what is wrong although each setting alone is right."""
    faults = []
    url = urlsplit(settings.site.base_url)
    if url.scheme not in {"http", "https"} or not url.netloc or url.query or url.fragment:
        reason = "is the address of this site, like https://news.example.org"
        faults.append(Fault("site.base_url", reason))
    if settings.site.theme is not None and not settings.site.theme.is_dir():
        faults.append(Fault("site.theme", f"there is no folder {settings.site.theme}"))
    faults += _leave_address(settings.site.leave_address)
    faults += _privacy(settings.site.privacy_url)
    faults += [
        Fault("site.secret_key", f"has {len(secret.value)} characters; 32 are the least")
        for secret in settings.site.secret_key
        if len(secret.value) < 32
    ]
    if not settings.site.secret_key:
        faults.append(Fault("site.secret_key", "is missing"))
    names = [relay.name for relay in settings.relay]
    faults += [
        Fault("relay.name", f"{name} is given to two relays")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    faults += [fault for relay in settings.relay for fault in _half_a_login(relay)]
    return faults


def _privacy(url: str | None) -> list[Fault]:
    """Return what is wrong with the address of a notice: browsers must not take it for a script."""
    fits = url is None or WEB_ADDRESS.fullmatch(url)
    return (
        []
        if fits
        else [Fault("site.privacy_url", "is an address like https://example.org/privacy")]
    )


def _leave_address(text: str | None) -> list[Fault]:
    """Refuse what could not stand in List-Unsubscribe (RFC 2369 section 2: ASCII, in brackets)."""
    try:
        fits = text is None or parse_address(text).wire.isascii()
    except AddressError:
        fits = False
    return [] if fits else [Fault("site.leave_address", "is an address like leave@example.org")]


def _half_a_login(relay: RelaySettings) -> list[Fault]:
    if (relay.username is None) == (relay.password is None):
        return []
    missing = "password" if relay.password is None else "username"
    return [Fault(f"relay.{missing}", f"is missing: relay {relay.name} has only the other half")]


def _exposed(path: Path) -> list[Fault]:
    """Refuse a file that holds secrets and that everybody on this machine can read."""
    if not PLAIN_SECRET.search(path.read_text("utf-8")) or not path.stat().st_mode & 0o004:
        return []
    return [Fault(THE_FILE, f"can be read by everybody on this machine: chmod 640 {path}")]
