"""Readers, what they subscribed to, and what they agreed to.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATE = "('pending', 'active', 'paused', 'left')"
RHYTHM = "('at-once', 'daily', 'weekdays', 'weekly', 'monthly', 'minutely')"
ACT = "('requested', 'confirmed', 'left', 'returned', 'added', 'moved', 'moved-back', 'stayed', 'explained')"
WAY = "('form', 'api', 'page', 'one-click', 'mailto', 'reply', 'cli')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("subscription_state", STATE))
        op.execute(create_domain("act", ACT))
        op.execute(create_domain("way", WAY))
    op.create_table(
        "subscriber",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscriber_address_key")),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE subscriber ALTER COLUMN address SET STATISTICS 0,"
            " ALTER COLUMN address_key SET STATISTICS 0"
        )
    op.create_table(
        "suppression",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_suppression_address_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent_wording",
        sa.Column("id", ID, nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_shown_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_consent_wording_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wording")),
        sa.UniqueConstraint(
            "newsletter_id", "digest", name=op.f("uq_consent_wording_newsletter_id_digest")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        sa.Column("id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("state", one_of("subscription_state"), nullable=False),
        sa.Column("rhythm", one_of("rhythm"), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("watermark", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_due_at", MOMENT, nullable=True),
        sa.Column("next_slot", sa.String(length=32), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("also_on", sa.String(length=6), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("feed_since", MOMENT, nullable=True),
        sa.Column("sections", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "seen_at_once",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN rhythm = 'at-once' AND state = 'active' THEN watermark END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_until IS NOT NULL)",
            name=op.f("ck_subscription_paused_until_a_day"),
        ),
        sa.CheckConstraint(
            "(state = 'active' AND rhythm <> 'at-once') = (next_due_at IS NOT NULL) AND (next_due_at IS NULL) = (next_slot IS NULL)",
            name=op.f("ck_subscription_due_when_active"),
        ),
        sa.CheckConstraint(f"rhythm IN {RHYTHM}", name=op.f("ck_subscription_rhythm_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "state <> 'active' OR confirmed_at IS NOT NULL",
            name=op.f("ck_subscription_active_is_confirmed"),
        ),
        sa.CheckConstraint(f"state IN {STATE}", name=op.f("ck_subscription_state_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "minute_of_day BETWEEN 0 AND 1439", name=op.f("ck_subscription_minute_of_day_range")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_subscription_weekday_range")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_subscription_newsletter_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_subscription_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "subscriber_id",
            "newsletter_id",
            name=op.f("uq_subscription_subscriber_id_newsletter_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_subscription_appointment",
        "subscription",
        ["newsletter_id", "rhythm", "minute_of_day", "weekday", "zone", "also_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_subscription_paused_until",
        "subscription",
        ["paused_until"],
        unique=False,
        postgresql_where=sa.text("paused_until IS NOT NULL"),
        sqlite_where=sa.text("paused_until IS NOT NULL"),
    )
    op.create_index(
        "ix_subscription_at_once",
        "subscription",
        ["newsletter_id", "seen_at_once"],
        unique=False,
        postgresql_where=sa.text("seen_at_once IS NOT NULL"),
        sqlite_where=sa.text("seen_at_once IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE subscription SET (fillfactor = 50)")
    op.create_table(
        "appointment",
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("rhythm", one_of("rhythm"), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("also_on", sa.String(length=6), nullable=False),
        sa.Column("next_due_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_appointment_newsletter_id")
        ),
        sa.CheckConstraint(f"rhythm IN {RHYTHM}", name=op.f("ck_appointment_rhythm_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.PrimaryKeyConstraint(
            *("newsletter_id", "rhythm", "minute_of_day", "weekday", "zone", "also_on"),
            name=op.f("pk_appointment"),
        ),
    )
    op.create_index(
        "ix_subscription_sections",
        "subscription",
        ["newsletter_id"],
        unique=False,
        postgresql_where=sa.text("sections <> ''"),
        sqlite_where=sa.text("sections <> ''"),
    )
    op.create_index(
        "ix_subscription_urgent",
        "subscription",
        ["newsletter_id", "id"],
        unique=False,
        postgresql_where=sa.text("urgent IS true"),
        sqlite_where=sa.text("urgent IS 1"),
    )
    op.create_table(
        "consent_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("subscription_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("act", one_of("act"), nullable=False),
        sa.Column("way", one_of("way"), nullable=False),
        sa.Column("consent_wording_id", ID, nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.CheckConstraint(f"act IN {ACT}", name=op.f("ck_consent_event_act_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(f"way IN {WAY}", name=op.f("ck_consent_event_way_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.ForeignKeyConstraint(
            ["consent_wording_id"],
            ["consent_wording.id"],
            name=op.f("fk_consent_event_consent_wording_id"),
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_consent_event_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_consent_event_subscription_id", "consent_event", ["subscription_id"], unique=False
    )
    op.create_table(
        "address_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("reader_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.CheckConstraint("reader_id <> other_id", name=op.f("ck_address_change_two_ends")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["subscription.id"], name=op.f("fk_address_change_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["subscription.id"], name=op.f("fk_address_change_reader_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_address_change_other_id", "address_change", ["other_id"], unique=False)
    op.create_index("ix_address_change_reader_id", "address_change", ["reader_id"], unique=False)
