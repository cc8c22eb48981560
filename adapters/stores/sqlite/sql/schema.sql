-- What the migrations add up to: for reading, and for the test that compares both.
-- Records are JSON in `body`, the only truth; the columns beside it are what a query asks for.
-- Times are microseconds since 1970 in UTC. `version` is the optimistic lock.

CREATE TABLE sale (
    id       TEXT PRIMARY KEY,
    version  INTEGER NOT NULL,
    state    TEXT NOT NULL,
    body     BLOB NOT NULL,
    changed  INTEGER NOT NULL DEFAULT 0,
    stripped INTEGER NOT NULL DEFAULT 0,
    dropped  INTEGER NOT NULL DEFAULT 0,
    place    TEXT NOT NULL DEFAULT '',
    is_over  INTEGER NOT NULL DEFAULT 0,
    close    INTEGER
) STRICT;

-- What of a sale is written once, as its receipt is closed: `body` is JSON, `raw` the register's document as it
-- came, `sent` the call that delivers it. `sale.close` is the number; it is NULL for a sale that was not closed, and
-- for one from before this table, which has all in its body. A number: found without an index beside it.
CREATE TABLE sale_close (
    number INTEGER PRIMARY KEY,
    body   BLOB NOT NULL,
    raw    BLOB NOT NULL,
    sent   BLOB NOT NULL
) STRICT;
CREATE TRIGGER sale_forgotten AFTER DELETE ON sale BEGIN
    DELETE FROM sale_close WHERE number = OLD.close;
END;

-- What is not delivered is little among weeks of sales, and is counted at every scrape.
-- All that is counted stands in the index: a walk through the bodies of a long backlog would take seconds.
CREATE INDEX sale_undelivered ON sale (state, dropped, changed) WHERE state <> 'delivered';
CREATE INDEX sale_unstripped ON sale (changed) WHERE is_over = 1 AND stripped = 0;
CREATE INDEX sale_stripped ON sale (changed) WHERE stripped = 1;
-- `place` is `outlet/register|shift`, as the register numbers it; empty for what belongs to no shift.
CREATE INDEX sale_place ON sale (place) WHERE place <> '';

CREATE TABLE refund (
    id       TEXT PRIMARY KEY,
    version  INTEGER NOT NULL,
    state    TEXT NOT NULL,
    sale_id  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    body     BLOB NOT NULL,
    dropped  INTEGER NOT NULL DEFAULT 0,
    place    TEXT NOT NULL DEFAULT '',
    is_over  INTEGER NOT NULL DEFAULT 0,
    stripped INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX refund_of ON refund (sale_id);
CREATE INDEX refund_parked ON refund (id) WHERE state = 'parked';
CREATE INDEX refund_unstripped ON refund (at) WHERE is_over = 1 AND stripped = 0;
CREATE INDEX refund_stripped ON refund (at) WHERE stripped = 1;
CREATE INDEX refund_place ON refund (place) WHERE place <> '';

CREATE TABLE prompt (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    state      TEXT NOT NULL,
    outlet     TEXT NOT NULL,
    register   TEXT NOT NULL,
    offered_at INTEGER NOT NULL,
    body       BLOB NOT NULL
) STRICT;
CREATE INDEX prompt_offered ON prompt (outlet, register, offered_at) WHERE state = 'offered';
CREATE INDEX prompt_over ON prompt (offered_at) WHERE state IN ('reported', 'expired', 'left');

-- Which rule has spoken of which customer; the id tells neither.
CREATE TABLE occasion (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX occasion_at ON occasion (at);

-- Slips that are not surely on paper: a job that is done is deleted.
CREATE TABLE print_job (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state   TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX print_job_made ON print_job (made_at, id);

CREATE TABLE document (
    id      TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL,
    dropped INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Only appended to, and forgotten from its beginning.
CREATE TABLE history (
    number  INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL,
    cause   TEXT NOT NULL
) STRICT;
CREATE INDEX history_of ON history (subject);
CREATE INDEX history_at ON history (at);

-- `leased_until` is NULL while nobody works on the row. `lease` is the generation it was last leased under:
-- 0 for a row that never was, -1 when that lease is void. `since` is when it was first due: `due` moves with every
-- try that failed. Small rows, always found by id: no rowid beside it.
CREATE TABLE work (
    id           TEXT PRIMARY KEY,
    lane         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    due          INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    leased_until INTEGER,
    lease        INTEGER NOT NULL DEFAULT 0,
    since        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX work_due ON work (lane, due);
-- What a scrape counts, without reading the whole outbox.
CREATE INDEX work_owed ON work (since) WHERE kind IN ('deliver', 'release', 'refund', 'report');

-- One row: the last lease given to anybody. A number of each row's own would begin anew with the row.
CREATE TABLE lease_number (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO lease_number (last) VALUES (0);
