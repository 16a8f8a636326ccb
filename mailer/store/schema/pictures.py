"""Pictures that we serve, and which stories they illustrate."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from mailer.pictures.model import Crop
from mailer.store.instant import Instant
from mailer.store.schema.base import Id, metadata, word

# Files of ours, named by what is in them: the address of one is good for ever. It is written in one
# transaction with the row that needs it, so no crash leaves half of one, or one that nobody knows.
picture = Table(
    "picture",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("media_type", String(16), nullable=False),
    Column("width", Integer, nullable=False),  # pixels
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),  # octets
    Column("content", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

illustration = Table(
    "illustration",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False),
    *word(Crop, "crop", "crop"),
    Column("source_url", Text, nullable=False),  # the outlet's own, which no mail names
    Column("picture_id", Id, ForeignKey("picture.id")),
    Column("trouble", Text),  # why there is none
    Column("tried_at", Instant, nullable=False),
    UniqueConstraint("article_id", "crop"),
    CheckConstraint("(picture_id IS NULL) = (trouble IS NOT NULL)", name="made_or_told_why"),
    Index("ix_illustration_picture_id", "picture_id"),
    sqlite_autoincrement=True,
)
