"""What was found of floods of signups: rows, so that a restart does not end them."""

from datetime import datetime

from sqlalchemy import bindparam, case, select, update

from mailer.store.aggregate import INSERT, Aggregate
from mailer.store.tables import signup_alarm
from mailer.subscribers.model import Alarm, AlarmKind


class SignupAlarms(Aggregate):
    """Alarms, each until its time is over."""

    def open(self, now: datetime) -> list[Alarm]:
        """Return the alarms that hold now."""
        rows = self._connection.execute(_OPEN, {"now": now}).mappings()
        return [Alarm(**{**row, "kind": AlarmKind(row["kind"])}) for row in rows]

    def last_until(self, kind: AlarmKind, newsletter_id: int) -> datetime | None:
        """Return until when the last alarm of this kind holds or held; None: there was none."""
        row = self._one(
            select(signup_alarm.c.until).where(
                signup_alarm.c.kind == kind, signup_alarm.c.newsletter_id == newsletter_id
            )
        )
        return None if row is None else row["until"]

    def ring(self, alarm: Alarm) -> bool:
        """Let an alarm hold from now on, or for longer; True when it did not hold before.

        Of several programs that ring it at once, one is told so.
        """
        statement = INSERT[self._dialect.name](signup_alarm).values(
            kind=alarm.kind,
            newsletter_id=alarm.newsletter_id,
            since=alarm.since,
            until=alarm.until,
            reason=alarm.reason,
        )
        row = self._one(
            statement.on_conflict_do_update(
                index_elements=["kind", "newsletter_id"],
                set_={
                    "since": case(
                        (signup_alarm.c.until <= alarm.since, alarm.since),  # the last one is over
                        else_=signup_alarm.c.since,
                    ),
                    "until": alarm.until,
                    "reason": alarm.reason,
                },
            ).returning(signup_alarm.c.since)
        )
        return row is not None and row["since"] == alarm.since

    def end(self, kind: AlarmKind, newsletter_id: int, now: datetime) -> bool:
        """Let an alarm hold no longer; False when it does not."""
        ended = self._run(
            update(signup_alarm)
            .where(
                signup_alarm.c.kind == kind,
                signup_alarm.c.newsletter_id == newsletter_id,
                signup_alarm.c.until > now,
            )
            .values(until=now)
        )
        return ended.rowcount == 1


# Statements are built once: building one costs more than running it.
_OPEN = select(signup_alarm).where(signup_alarm.c.until > bindparam("now"))
