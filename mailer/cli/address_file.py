"""Files of addresses, as spreadsheets and other programs write them."""

import csv
import re
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from mailer.address import Address, parse_address
from mailer.errors import AddressError, UsageError

# The first one that is there: beside an e-mail address, "address" is where somebody lives.
HEADINGS = ("email", "e-mail", "email address", "e-mail address", "mail", "address")
DELIMITERS = ",;\t"  # some countries' spreadsheets write a semicolon, and call it CSV as well
QUOTED = re.compile(r'"[^"]*"')
WITH_A_NAME = re.compile(r"[^<>]*<([^<>]+)>")  # Ada Lovelace <ada@example.org>


class AddressFile(NamedTuple):
    """What is in a file: each address once, and a sentence for each line that holds none."""

    addresses: list[Address]
    faults: list[str]


def read_addresses(file: Path) -> AddressFile:
    """Return what is in a file: an address a line, or a table with a column of them.

    That is the first column, or the one whose heading says so. Raises UsageError for a file that
    is no text, or whose quotation marks do not add up.
    """
    found: dict[str, Address] = {}
    faults = []
    for line, cell in _cells(file, _text(file)):
        named = WITH_A_NAME.fullmatch(cell)
        try:
            address = parse_address(cell if named is None else named[1])
        except AddressError as why:
            faults.append(f"{file}, line {line}: {why.reason}")
        else:
            found.setdefault(address.key, address)
    return AddressFile(list(found.values()), faults)


def _text(file: Path) -> str:
    raw = file.read_bytes()
    encoding = "utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as why:
        line = raw.count(b"\n", 0, why.start) + 1
        raise UsageError(
            f"{file}, line {line}: this is not UTF-8 text",
            help=f"save it as “CSV UTF-8”, or: iconv -f WINDOWS-1252 -t UTF-8 {file} > utf8.csv",
        ) from why


def _cells(file: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each line's last line and what its column of addresses holds."""
    csv.field_size_limit(sys.maxsize)
    rows = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    column = 0
    try:
        for number, row in enumerate(rows):
            headings = [cell.strip().casefold() for cell in row] if number == 0 else []
            named = [headings.index(name) for name in HEADINGS if name in headings]
            if named:
                column = named[0]
            elif any(row):
                yield rows.line_num, row[column].strip() if column < len(row) else ""
    except csv.Error as why:
        raise UsageError(
            f"{file}, line {rows.line_num}: its quotation marks do not add up ({why})"
        ) from why


def _delimiter(text: str) -> str:
    """Return what stands between the columns: of the usual ones, the first line's most frequent."""
    first = QUOTED.sub("", text.lstrip().partition("\n")[0])
    return max(DELIMITERS, key=first.count)
