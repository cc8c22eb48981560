-- What the migrations add up to: for reading, and for the test that compares both.
-- Records are JSON in `body`, the only truth; the columns beside it are what a query asks for.
-- Times are microseconds since 1970 in UTC. `version` is the optimistic lock.

CREATE TABLE sale (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state   TEXT NOT NULL,
    body    BLOB NOT NULL
) STRICT;

-- Parked rows are few among weeks of sales, and are counted at every scrape.
CREATE INDEX sale_parked ON sale (id) WHERE state = 'parked';

CREATE TABLE refund (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state   TEXT NOT NULL,
    sale_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX refund_of ON refund (sale_id);
CREATE INDEX refund_parked ON refund (id) WHERE state = 'parked';

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

CREATE TABLE document (
    id   TEXT PRIMARY KEY,
    at   INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Only appended to.
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

-- `leased_until` is NULL while nobody works on the row. Small rows, always found by id: no rowid beside it.
CREATE TABLE work (
    id           TEXT PRIMARY KEY,
    lane         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    due          INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    leased_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX work_due ON work (lane, due);
