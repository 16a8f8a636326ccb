"""What is sent: editions, their stories, and what their pages told."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)

from mailer.editions.model import CorrectionKind, EditionState, Rhythm
from mailer.store.instant import Instant
from mailer.store.schema.base import key, numbered, ref, word

edition = numbered(
    "edition",
    key(),
    ref("newsletter"),
    *word(Rhythm, "rhythm", "rhythm"),
    Column("slot", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    *word(EditionState, "edition_state", "state"),
    Column("key", String(32), nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("opens", BigInteger, nullable=False),
    Column("closes", BigInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("at_once", Boolean, nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("approved_at", Instant),
    Column("checking_until", Instant),  # somebody looks at its articles' pages until then
    Column("checked_at", Instant),
    Column("illustrated_at", Instant),  # when its stories' pictures were asked for
    Column("wave", Integer, nullable=False, server_default=text("0")),
    Column("until", Instant),  # whose hour comes before it gets this wave; NULL: everybody
    Column("cancelled_because", Text),  # for everybody who opens its page
    Column("canary_since", Instant),  # its other readers wait for those who go first; NULL: nobody
    Column("held_because", Text),  # NULL: a person held it
    Column("hidden", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("newsletter_id", "rhythm", "slot", "wave"),
    CheckConstraint("opens <= closes", name="window"),
    Index("ix_edition_state", "state"),
    Index("ix_edition_newsletter_id_number", "newsletter_id", "number"),
)

piece = numbered(
    "piece",
    key(),
    ref("edition"),
    ref("article"),
    Column("story", BigInteger, nullable=False),
    Column("section", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("included", Boolean, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list of [rule, points, note]
    UniqueConstraint("edition_id", "article_id"),
    Index("ix_piece_article_id", "article_id"),
)

page = numbered(
    "page",
    key(),
    ref("edition"),
    Column("since", BigInteger, nullable=False),
    Column("language", String(35), nullable=False),
    Column("apart", Text, nullable=False, server_default=text("''")),
    Column("digest", String(64), nullable=False),  # SHA-256 of the three parts, hex
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("rendered_at", Instant, nullable=False),
    Column("stale", Boolean, nullable=False, server_default=text("false")),  # to be made anew
    UniqueConstraint("edition_id", "since", "language", "apart"),
)

# What the pages of an edition told, and from when until when: who got an article is asked of it.
told = numbered(
    "told",
    key(),
    ref("edition"),
    Column("since", BigInteger, nullable=False),
    Column("apart", Text, nullable=False),
    ref("article"),
    Column("told_from", Instant, nullable=False),
    Column("told_until", Instant),
    UniqueConstraint("edition_id", "since", "apart", "article_id"),
    Index("ix_told_article_id", "article_id"),
)

correction = numbered(
    "correction",
    key(),
    ref("article"),
    *word(CorrectionKind, "correction_kind", "kind"),
    Column("title", Text, nullable=False),  # as it was mailed
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
