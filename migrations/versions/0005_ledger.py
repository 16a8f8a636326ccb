"""Who is sent what, and what became of it.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATE = "('due', 'claimed', 'sending', 'sent', 'refused', 'given_up', 'skipped', 'in_doubt')"
NOTICE = (
    "('confirm', 'already_subscribed', 'welcome', 'goodbye',"
    " 'preferences_link', 'data_link', 'fewer', 'paused',"
    " 'address_confirm', 'address_asked', 'address_changed', 'signups_rest',"
    " 'edition_waits', 'edition_sent', 'delivery_paused', 'nothing_to_send')"
)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("notice", NOTICE))
        op.execute(create_domain("delivery_state", STATE))
    op.create_table(
        "receiver",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("silent_until", MOMENT, nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_receiver")),
    )
    op.create_table(
        "relay",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay")),
    )
    op.create_table(
        "sender",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=True),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pause",
        sa.Column("id", ID, nullable=False),
        sa.Column("newsletter_id", ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by_itself", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_pause_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memo",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice", one_of("notice"), nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"notice IN {NOTICE}", name=op.f("ck_memo_notice_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_memo_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")),
        sa.UniqueConstraint(
            "notice",
            "newsletter_id",
            "occasion",
            name=op.f("uq_memo_notice_newsletter_id_occasion"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_memo_told_at", "memo", ["told_at"], unique=False)
    op.create_table(
        "relay_use",
        sa.Column("relay", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("start", MOMENT, nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["relay"], ["relay.name"], name=op.f("fk_relay_use_relay")),
        sa.PrimaryKeyConstraint("relay", "period", "start", name=op.f("pk_relay_use")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("subscription_id", ID, nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("edition_id", ID, nullable=True),
        sa.Column("since", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("apart", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("notice", one_of("notice"), nullable=True),
        sa.Column("state", one_of("delivery_state"), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sender_id", ID, nullable=True),
        sa.Column("relay", sa.Text(), nullable=True),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("reply_status", sa.String(length=16), nullable=True),
        sa.Column("reply_text", sa.Text(), nullable=True),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("owed_again_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(edition_id IS NULL) <> (notice IS NULL)", name=op.f("ck_delivery_digest_or_notice")
        ),
        sa.CheckConstraint(f"notice IN {NOTICE}", name=op.f("ck_delivery_notice_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(f"state IN {STATE}", name=op.f("ck_delivery_state_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'sending') OR sender_id IS NOT NULL",
            name=op.f("ck_delivery_held_by_sender"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "subscription_id", "slot", name=op.f("uq_delivery_subscription_id_slot")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["lane", "edition_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
        sqlite_where=sa.text("state = 'due'"),
    )
    op.create_index("ix_delivery_edition_id", "delivery", ["edition_id"], unique=False)
    op.create_index(
        "ix_delivery_in_doubt",
        "delivery",
        ["edition_id"],
        unique=False,
        postgresql_where=sa.text("state = 'in_doubt'"),
        sqlite_where=sa.text("state = 'in_doubt'"),
    )
    op.create_index(
        "ix_delivery_canary",
        "delivery",
        ["edition_id"],
        unique=False,
        postgresql_where=sa.text("lane = 2"),
        sqlite_where=sa.text("lane = 2"),
    )
    op.create_index(
        "ix_delivery_held",
        "delivery",
        ["sender_id"],
        unique=False,
        postgresql_where=sa.text("sender_id IS NOT NULL"),
        sqlite_where=sa.text("sender_id IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE delivery ALTER COLUMN reply_text SET STATISTICS 0")
    op.create_table(
        "correction_owed",
        sa.Column("id", ID, nullable=False),
        sa.Column("correction_id", ID, nullable=False),
        sa.Column("subscription_id", ID, nullable=False),
        sa.Column("got_id", ID, nullable=False),
        sa.Column("shown_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_correction_owed_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["got_id"], ["delivery.id"], name=op.f("fk_correction_owed_got_id")
        ),
        sa.ForeignKeyConstraint(
            ["shown_id"], ["delivery.id"], name=op.f("fk_correction_owed_shown_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_correction_owed_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_owed")),
        sa.UniqueConstraint(
            "correction_id",
            "subscription_id",
            name=op.f("uq_correction_owed_correction_id_subscription_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_correction_owed_subscription_id", "correction_owed", ["subscription_id"], unique=False
    )
    op.create_index("ix_correction_owed_got_id", "correction_owed", ["got_id"], unique=False)
    op.create_index("ix_correction_owed_shown_id", "correction_owed", ["shown_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_answer_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "mark", name=op.f("pk_answer")),
    )
