"""How much the form was used.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from mailer.store.schema.words import create_domain, one_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SCOPE = "('address', 'network', 'domain', 'all', 'asked', 'answered')"
KIND = "('proof', 'rest')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(create_domain("signup_scope", SCOPE))
        op.execute(create_domain("signup_alarm_kind", KIND))
    op.create_table(
        "signup_use",
        sa.Column("scope", one_of("signup_scope"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("start", MOMENT, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"scope IN {SCOPE}", name=op.f("ck_signup_use_scope_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.PrimaryKeyConstraint("scope", "subject", "period", "start", name=op.f("pk_signup_use")),
    )
    op.create_index("ix_signup_use_start", "signup_use", ["start"], unique=False)
    op.create_table(
        "signup_alarm",
        sa.Column("kind", one_of("signup_alarm_kind"), nullable=False),
        sa.Column("newsletter_id", ID, autoincrement=False, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN {KIND}", name=op.f("ck_signup_alarm_kind_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.PrimaryKeyConstraint("kind", "newsletter_id", name=op.f("pk_signup_alarm")),
    )
    op.create_table(
        "form_use",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_form_use")),
    )
    op.create_index("ix_form_use_at", "form_use", ["at"], unique=False)
