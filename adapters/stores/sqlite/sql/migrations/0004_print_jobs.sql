-- Slips that are not surely on paper.

CREATE TABLE print_job (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state   TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX print_job_made ON print_job (made_at, id);
