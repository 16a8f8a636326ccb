"""Articles, in the order in which they became visible.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATE = "('kept', 'backlog', 'held', 'withdrawn', 'gone')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("article_state", STATE))
    op.create_table(
        "arrival",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.CheckConstraint('"only" = 1', name=op.f("ck_arrival_one_row")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_arrival")),
    )
    op.create_table(
        "article",
        sa.Column("id", ID, nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("image_alt", sa.Text(), nullable=True),
        sa.Column("image_caption", sa.Text(), nullable=True),
        sa.Column("image_credit", sa.Text(), nullable=True),
        sa.Column("original_url", sa.Text(), nullable=True),
        sa.Column("original_publisher", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("said_labels", sa.Text(), nullable=True),
        sa.Column("state", one_of("article_state"), nullable=False),
        sa.Column("address_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "content_hash", sa.String(length=64), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("gone_because", sa.Text(), nullable=True),
        sa.Column("urgent_at", MOMENT, nullable=True),
        sa.CheckConstraint(f"state IN {STATE}", name=op.f("ck_article_state_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_article_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("arrival", name=op.f("uq_article_arrival")),
        sa.UniqueConstraint("feed_id", "identity", name=op.f("uq_article_feed_id_identity")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_feed_id_arrival", "article", ["feed_id", "arrival"], unique=False)
    op.create_index(
        "ix_article_feed_id_address_key", "article", ["feed_id", "address_key"], unique=False
    )
    op.create_index(
        "ix_article_feed_id_content_hash", "article", ["feed_id", "content_hash"], unique=False
    )
    op.create_index(
        "ix_article_urgent_at",
        "article",
        ["urgent_at"],
        unique=False,
        postgresql_where=sa.text("urgent_at IS NOT NULL"),
        sqlite_where=sa.text("urgent_at IS NOT NULL"),
    )
    op.execute('INSERT INTO arrival ("only", newest) VALUES (1, 0)')
