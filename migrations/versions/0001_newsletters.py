"""Newsletters, their feeds and their headings.

Revision: 0001, after none.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FEED_STATE = "('active', 'gone')"
RHYTHM = "('at-once', 'daily', 'weekdays', 'weekly', 'monthly', 'minutely')"
APPROVAL = "('automatic', 'manual')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("feed_state", FEED_STATE))
        op.execute(create_domain("rhythm", RHYTHM))
        op.execute(create_domain("approval", APPROVAL))
    op.create_table(
        "feed",
        sa.Column("id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("state", one_of("feed_state"), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("next_look_at", MOMENT, nullable=False),
        sa.Column("last_looked_at", MOMENT, nullable=True),
        sa.Column("last_changed_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_seen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("silent_since", MOMENT, nullable=True),
        sa.Column("read_pages", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("excerpt_words", sa.Integer(), nullable=True),
        sa.Column("pictures", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("labels", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint(f"state IN {FEED_STATE}", name=op.f("ck_feed_state_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_next_look_at", "feed", ["next_look_at"], unique=False)
    op.create_table(
        "newsletter",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("rhythm", one_of("rhythm"), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("approval", one_of("approval"), nullable=False),
        sa.Column("max_stories", sa.Integer(), nullable=False),
        sa.Column("min_stories", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("pictures", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("feedback", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            f"approval IN {APPROVAL}", name=op.f("ck_newsletter_approval_known")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(f"rhythm IN {RHYTHM}", name=op.f("ck_newsletter_rhythm_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "max_stories BETWEEN 1 AND 100", name=op.f("ck_newsletter_max_stories_range")
        ),
        sa.CheckConstraint(
            "minute_of_day BETWEEN 0 AND 1439", name=op.f("ck_newsletter_minute_of_day_range")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_newsletter_weekday_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter")),
        sa.UniqueConstraint("slug", name=op.f("uq_newsletter_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "source",
        sa.Column("id", ID, nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_source_feed_id")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_source_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint(
            "newsletter_id", "feed_id", name=op.f("uq_source_newsletter_id_feed_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "section",
        sa.Column("id", ID, nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("urgent_since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_section_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("newsletter_id", "name", name=op.f("uq_section_newsletter_id_name")),
        sqlite_autoincrement=True,
    )
