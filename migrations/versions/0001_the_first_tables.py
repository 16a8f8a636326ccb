"""The first tables.

Revision: 0001, after none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.CheckConstraint('"only" = 1', name=op.f("ck_arrival_one_row")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_arrival")),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_seen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_pages", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("excerpt_words", sa.Integer(), nullable=True),
        sa.Column("pictures", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("state IN ('active', 'gone')", name=op.f("ck_feed_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_next_look_at", "feed", ["next_look_at"], unique=False)
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
    )
    op.create_table(
        "newsletter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("rhythm", sa.String(length=16), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("approval", sa.String(length=16), nullable=False),
        sa.Column("max_stories", sa.Integer(), nullable=False),
        sa.Column("min_stories", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("pictures", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approval IN ('automatic', 'manual')", name=op.f("ck_newsletter_approval_known")
        ),
        sa.CheckConstraint(
            "rhythm IN ('at-once', 'daily', 'weekdays', 'weekly', 'monthly', 'minutely')",
            name=op.f("ck_newsletter_rhythm_known"),
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
        "receiver",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("silent_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_receiver")),
    )
    op.create_table(
        "relay",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay")),
    )
    op.create_table(
        "sender",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=True),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscriber_address_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_suppression_address_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("image_alt", sa.Text(), nullable=True),
        sa.Column("image_caption", sa.Text(), nullable=True),
        sa.Column("image_credit", sa.Text(), nullable=True),
        sa.Column("original_url", sa.Text(), nullable=True),
        sa.Column("original_publisher", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("address_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "content_hash", sa.String(length=64), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_because", sa.Text(), nullable=True),
        sa.Column("urgent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('kept', 'backlog', 'held', 'withdrawn', 'gone')",
            name=op.f("ck_article_state_known"),
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
    op.create_table(
        "consent_wording",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_shown_at", sa.DateTime(timezone=True), nullable=False),
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
        "edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rhythm", sa.String(length=16), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("opens", sa.BigInteger(), nullable=False),
        sa.Column("closes", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checking_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("illustrated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wave", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("canary_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "rhythm IN ('at-once', 'daily', 'weekdays', 'weekly', 'monthly', 'minutely')",
            name=op.f("ck_edition_rhythm_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'held', 'cancelled', 'empty', 'missed')",
            name=op.f("ck_edition_state_known"),
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
        "pause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_pause_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "relay_use",
        sa.Column("relay", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["relay"], ["relay.name"], name=op.f("fk_relay_use_relay")),
        sa.PrimaryKeyConstraint("relay", "period", "start", name=op.f("pk_relay_use")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rhythm", sa.String(length=16), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watermark", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_slot", sa.String(length=32), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("also_on", sa.String(length=6), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feed_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sections", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_until IS NOT NULL)",
            name=op.f("ck_subscription_paused_until_a_day"),
        ),
        sa.CheckConstraint(
            "(state = 'active' AND rhythm <> 'at-once') = (next_due_at IS NOT NULL) AND (next_due_at IS NULL) = (next_slot IS NULL)",
            name=op.f("ck_subscription_due_when_active"),
        ),
        sa.CheckConstraint(
            "rhythm IN ('at-once', 'daily', 'weekdays', 'weekly', 'monthly', 'minutely')",
            name=op.f("ck_subscription_rhythm_known"),
        ),
        sa.CheckConstraint(
            "state <> 'active' OR confirmed_at IS NOT NULL",
            name=op.f("ck_subscription_active_is_confirmed"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'paused', 'left')",
            name=op.f("ck_subscription_state_known"),
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
        "ix_subscription_due",
        "subscription",
        ["newsletter_id", "next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
        sqlite_where=sa.text("next_due_at IS NOT NULL"),
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
        ["newsletter_id", "watermark"],
        unique=False,
        postgresql_where=sa.text("rhythm = 'at-once' AND state = 'active'"),
        sqlite_where=sa.text("rhythm = 'at-once' AND state = 'active'"),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column(
            "consent_wording_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "act IN ('requested', 'confirmed', 'left', 'returned', 'added', 'moved', 'moved-back', 'explained')",
            name=op.f("ck_consent_event_act_known"),
        ),
        sa.CheckConstraint(
            "way IN ('form', 'api', 'page', 'one-click', 'mailto', 'reply', 'cli')",
            name=op.f("ck_consent_event_way_known"),
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
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("since", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("apart", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("notice", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("relay", sa.Text(), nullable=True),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("reply_status", sa.String(length=16), nullable=True),
        sa.Column("reply_text", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'digest') = (edition_id IS NOT NULL) AND (kind = 'notice') = (notice IS NOT NULL)",
            name=op.f("ck_delivery_kind_has_content"),
        ),
        sa.CheckConstraint("kind IN ('digest', 'notice')", name=op.f("ck_delivery_kind_known")),
        sa.CheckConstraint(
            "notice IN ('confirm', 'already_subscribed', 'welcome', 'goodbye',"
            " 'preferences_link', 'data_link', 'fewer', 'paused',"
            " 'address_confirm', 'address_asked', 'address_changed')",
            name=op.f("ck_delivery_notice_known"),
        ),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'sending', 'sent', 'refused', 'given_up', 'skipped', 'in_doubt')",
            name=op.f("ck_delivery_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'sending') OR sender_id IS NOT NULL",
            name=op.f("ck_delivery_held_by_sender"),
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"], name=op.f("fk_delivery_sender_id")),
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
    op.create_table(
        "page",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("apart", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
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
    op.execute('INSERT INTO arrival ("only", newest) VALUES (1, 0)')
    op.create_table(
        "section",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("urgent_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_section_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("newsletter_id", "name", name=op.f("uq_section_newsletter_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('withdrawn', 'corrected')", name=op.f("ck_correction_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_correction_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "told",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("apart", sa.Text(), nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("told_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=True),
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
    op.create_table(
        "correction_owed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "correction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("got_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shown_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
    _tables_of_forms()
    op.create_table(
        "picture",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("key", name=op.f("uq_picture_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "illustration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("crop", sa.String(length=8), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column(
            "picture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "crop IN ('lead', 'thumb', 'card')", name=op.f("ck_illustration_crop_known")
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
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)


# An index of text, for which each database has its own kind.
SEARCH = {
    "sqlite": [
        "CREATE VIRTUAL TABLE piece_search USING fts5(terms,"
        " tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
    ],
    "postgresql": [
        "CREATE TABLE piece_search ("
        "piece_id BIGINT NOT NULL, terms TSVECTOR NOT NULL,"
        " CONSTRAINT pk_piece_search PRIMARY KEY (piece_id),"
        " CONSTRAINT fk_piece_search_piece_id_piece FOREIGN KEY (piece_id) REFERENCES piece (id))",
        "CREATE INDEX ix_piece_search_terms ON piece_search USING gin (terms)",
    ],
}


def _tables_of_forms() -> None:
    op.create_table(
        "signup_use",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "scope IN ('address', 'network', 'domain', 'all', 'asked', 'answered')",
            name=op.f("ck_signup_use_scope_known"),
        ),
        sa.PrimaryKeyConstraint("scope", "subject", "period", "start", name=op.f("pk_signup_use")),
    )
    op.create_index("ix_signup_use_start", "signup_use", ["start"], unique=False)
    op.create_table(
        "address_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "reader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
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
    op.create_table(
        "signup_alarm",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column(
            "newsletter_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('proof', 'rest')", name=op.f("ck_signup_alarm_kind_known")),
        sa.PrimaryKeyConstraint("kind", "newsletter_id", name=op.f("pk_signup_alarm")),
    )
    op.create_table(
        "form_use",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_form_use")),
    )
    op.create_index("ix_form_use_at", "form_use", ["at"], unique=False)
