"""What the feeds said."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailer.feeds.model import ArticleState
from mailer.store.instant import Instant
from mailer.store.schema.base import key, metadata, numbered, partial_index, ref, word

# The newest arrival number given out. Taking one locks this row until the commit, so articles
# become visible in the order of their numbers, and a watermark never passes one it has not seen.
arrival = Table(
    "arrival",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("newest", BigInteger, nullable=False),
    CheckConstraint('"only" = 1', name="one_row"),
)

article = numbered(
    "article",
    key(),
    Column("arrival", BigInteger, nullable=False, unique=True),
    ref("feed"),
    Column("identity", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("author", Text),
    Column("published_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("image_url", Text),
    Column("image_alt", Text),
    Column("image_caption", Text),
    Column("image_credit", Text),
    Column("original_url", Text),
    Column("original_publisher", Text),
    Column("language", String(35)),
    Column("words", Integer, nullable=False),
    Column("topics", Text, nullable=False),  # JSON list of strings
    Column("labels", Text, nullable=False, server_default=text("'[]'")),  # JSON, as it was told
    Column(
        "closed", Boolean, nullable=False, server_default=text("false")
    ),  # to subscribers alone, in its page's word
    Column("said_labels", Text),  # JSON, in an editor's word; NULL: none spoke
    *word(ArticleState, "article_state", "state"),
    Column(
        "address_key", Text, nullable=False, server_default=text("''")
    ),  # the address without what may change of it
    Column(
        "content_hash", String(64), nullable=False, server_default=text("''")
    ),  # "": too little to tell
    Column("changed_at", Instant),  # when its feed or page last told it otherwise
    Column("gone_because", Text),
    Column("urgent_at", Instant),
    UniqueConstraint("feed_id", "identity"),
    Index("ix_article_feed_id_arrival", "feed_id", "arrival"),
    Index("ix_article_feed_id_address_key", "feed_id", "address_key"),
    Index("ix_article_feed_id_content_hash", "feed_id", "content_hash"),
    partial_index("ix_article_urgent_at", "urgent_at", where="urgent_at IS NOT NULL"),
)
