"""Make mailer/checks/caniemail.json from the data of the npm package `caniemail` (MIT).

    npm pack caniemail@2.0.2 && tar -xzf caniemail-*.tgz
    python script/caniemail.py package/data/caniemail.json

Kept is what the check asks: for each feature the newest state in each client, and the notes that
say what is missing where support is partial.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mailer.checks.support import SHARES  # noqa: E402 - the program itself is at hand from here on

LICENCE = (
    "caniemail.com by Rémi Parmentier and contributors, MIT; npm caniemail by Avi Goldman, MIT"
)


def main(source: Path) -> None:
    """Write the extract beside the code that reads it."""
    whole = json.loads(source.read_text("utf-8"))
    features = {feature["slug"]: _kept(feature) for feature in whole["data"]}
    made = {
        "licence": LICENCE,
        "date": whole["last_update_date"],
        "clients": list(SHARES),
        "features": dict(sorted(features.items())),
    }
    target = ROOT / "mailer" / "checks" / "caniemail.json"
    target.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{target.relative_to(ROOT)}: {len(features)} features, {target.stat().st_size} bytes")


def _kept(feature: dict[str, dict[str, dict[str, dict[str, str]]]]) -> list[object]:
    states, notes = "", {}
    told = feature["notes_by_num"] or {}
    for place, client in enumerate(SHARES):
        family, _, platform = client.partition("/")
        versions = feature["stats"].get(family, {}).get(platform)
        newest = list(versions.values())[-1] if versions else "u"
        states += newest[0]
        if newest[0] == "a":
            notes[str(place)] = [told.get(number, "") for number in re.findall(r"#(\d+)", newest)]
    return [states, notes]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
