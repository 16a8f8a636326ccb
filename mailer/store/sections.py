"""The owner's headings: by topic, and those that feeds were given."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import RowMapping, delete, literal_column, select, update

from mailer.editions.apart import Apart, apart
from mailer.editions.model import TopicSection
from mailer.store.aggregate import Aggregate
from mailer.store.tables import section, source, subscription


def _section(row: RowMapping) -> TopicSection:
    return TopicSection(
        row["name"], tuple(json.loads(row["topics"])), row["points"], row["urgent_since"]
    )


class Sections(Aggregate):
    """What stands under which heading of a newsletter."""

    def all(self, newsletter_id: int) -> list[TopicSection]:
        """Return the headings by topic, in the owner's order."""
        rows = self._all(
            select(section)
            .where(section.c.newsletter_id == newsletter_id)
            .order_by(section.c.position, section.c.id)
        )
        return [_section(row) for row in rows]

    def headings(self, newsletter_id: int) -> list[str]:
        """Return every heading, in the order of a page: the owner's, then those of feeds."""
        feeds = self._all(
            select(source.c.section)
            .where(source.c.newsletter_id == newsletter_id)
            .order_by(source.c.position)
        )
        named = [one.name for one in self.all(newsletter_id)]
        return list(dict.fromkeys([*named, *(row["section"] for row in feeds)]))

    def put(self, newsletter_id: int, wanted: TopicSection, place: int | None = None) -> None:
        """Keep a heading, at a place from 0 on; a new one without a place comes last."""
        others = self.all(newsletter_id)
        here = [number for number, one in enumerate(others) if one.name == wanted.name]
        others = [one for one in others if one.name != wanted.name]
        if place is None:
            place = here[0] if here else len(others)
        statement = self._insert(section).values(
            newsletter_id=newsletter_id,
            name=wanted.name,
            position=place,
            points=wanted.points,
            topics=json.dumps(wanted.topics, ensure_ascii=False),
            urgent_since=wanted.urgent_since,
        )
        changed = {name: statement.excluded[name] for name in ("points", "topics", "urgent_since")}
        self._run(
            statement.on_conflict_do_update(index_elements=["newsletter_id", "name"], set_=changed)
        )
        for number, one in enumerate([*others[:place], wanted, *others[place:]]):
            self._run(
                update(section)
                .where(section.c.newsletter_id == newsletter_id, section.c.name == one.name)
                .values(position=number)
            )

    def remove(self, newsletter_id: int, name: str) -> bool:
        """Forget a heading; False when there was none of that name."""
        gone = delete(section).where(
            section.c.newsletter_id == newsletter_id, section.c.name == name
        )
        removed = self._run(gone).rowcount > 0
        self.keep_choices(newsletter_id)
        return removed

    def keep_choices(
        self, newsletter_id: int, renamed: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Let readers choose among the headings there are now; `renamed` leads from old to new.

        Who chose nothing but what is gone gets everything: rather too much than silence.
        """
        here = set(self.headings(newsletter_id))
        mine = subscription.c.newsletter_id == newsletter_id
        chose = subscription.c.sections != literal_column("''")
        rows = self._all(select(subscription.c.sections).distinct().where(mine, chose))
        for key in [row["sections"] for row in rows]:
            chosen = apart(key).sections
            still = {name if name in here else renamed.get(name, name) for name in chosen} & here
            kept = Apart(sections=() if still == here else tuple(still)).key
            if kept != key:
                theirs = update(subscription).where(mine, subscription.c.sections == key)
                self._run(theirs.values(sections=kept))
