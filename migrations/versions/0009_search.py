"""What the archive's search looks in, which each database has its own kind of.

Revision: 0009, after 0008.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
