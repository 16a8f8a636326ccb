"""The index behind the archive's search: a row for each story that an edition tells in public.

Each database has its own kind, and both get the same terms: FTS5 in SQLite, tsvector in PostgreSQL.
"""

from sqlalchemy import (
    DDL,
    column,
    event,
    table,
)

from mailer.store.schema.base import metadata

# The key is `rowid` in SQLite's, where no other column can be one.
piece_search = table("piece_search", column("rowid"), column("piece_id"), column("terms"))

# Terms come folded: the tokenizer has only to split them at the spaces.
CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE piece_search USING fts5(terms,"
        " tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")",
    ),
    "postgresql": (
        "CREATE TABLE piece_search ("
        "piece_id BIGINT NOT NULL, terms TSVECTOR NOT NULL,"
        " CONSTRAINT pk_piece_search PRIMARY KEY (piece_id),"
        " CONSTRAINT fk_piece_search_piece_id_piece FOREIGN KEY (piece_id) REFERENCES piece (id))",
        "CREATE INDEX ix_piece_search_terms ON piece_search USING gin (terms)",
    ),
}

for _dialect, _statements in CREATE.items():
    for _statement in _statements:
        _made = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", _made.execute_if(dialect=_dialect))
