"""Pictures of ours, and why an article has none.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CROP = "('lead', 'thumb', 'card')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("crop", CROP))
    op.create_table(
        "picture",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("key", name=op.f("uq_picture_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "illustration",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("crop", one_of("crop"), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("picture_id", ID, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"crop IN {CROP}", name=op.f("ck_illustration_crop_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "(picture_id IS NULL) = (trouble IS NOT NULL)",
            name=op.f("ck_illustration_made_or_told_why"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_illustration_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name=op.f("fk_illustration_picture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_illustration")),
        sa.UniqueConstraint("article_id", "crop", name=op.f("uq_illustration_article_id_crop")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_illustration_picture_id", "illustration", ["picture_id"], unique=False)
