"""Editions, what is in them, and what was put right later.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
RHYTHM = "('at-once', 'daily', 'weekdays', 'weekly', 'monthly', 'minutely')"
STATE = "('draft', 'approved', 'held', 'cancelled', 'empty', 'missed')"
KIND = "('withdrawn', 'corrected')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("edition_state", STATE))
        op.execute(create_domain("correction_kind", KIND))
    op.create_table(
        "edition",
        sa.Column("id", ID, nullable=False),
        sa.Column("newsletter_id", ID, nullable=False),
        sa.Column("rhythm", one_of("rhythm"), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", one_of("edition_state"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("opens", sa.BigInteger(), nullable=False),
        sa.Column("closes", sa.BigInteger(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("composed_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("checking_until", MOMENT, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("illustrated_at", MOMENT, nullable=True),
        sa.Column("wave", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("canary_since", MOMENT, nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(f"rhythm IN {RHYTHM}", name=op.f("ck_edition_rhythm_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(f"state IN {STATE}", name=op.f("ck_edition_state_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("opens <= closes", name=op.f("ck_edition_window")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_edition_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("key", name=op.f("uq_edition_key")),
        sa.UniqueConstraint(
            "newsletter_id",
            "rhythm",
            "slot",
            "wave",
            name=op.f("uq_edition_newsletter_id_rhythm_slot_wave"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_edition_newsletter_id_number", "edition", ["newsletter_id", "number"], unique=False
    )
    op.create_index("ix_edition_state", "edition", ["state"], unique=False)
    op.create_table(
        "page",
        sa.Column("id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("apart", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rendered_at", MOMENT, nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_page_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint(
            "edition_id",
            "since",
            "language",
            "apart",
            name=op.f("uq_page_edition_id_since_language_apart"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "piece",
        sa.Column("id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("story", sa.BigInteger(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("included", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_piece_article_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_piece_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece")),
        sa.UniqueConstraint(
            "edition_id", "article_id", name=op.f("uq_piece_edition_id_article_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_piece_article_id", "piece", ["article_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("kind", one_of("correction_kind"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(f"kind IN {KIND}", name=op.f("ck_correction_kind_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_correction_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "told",
        sa.Column("id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("apart", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("told_from", MOMENT, nullable=False),
        sa.Column("told_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_told_article_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_told_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sa.UniqueConstraint(
            "edition_id",
            "since",
            "apart",
            "article_id",
            name=op.f("uq_told_edition_id_since_apart_article_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_told_article_id", "told", ["article_id"], unique=False)
