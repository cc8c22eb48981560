-- Slips that are not surely on paper.

CREATE TABLE print_job (
    id      text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    state   text NOT NULL,
    made_at bigint NOT NULL,
    body    bytea NOT NULL
);
CREATE INDEX print_job_made ON print_job (made_at, id);
