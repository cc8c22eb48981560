-- Records are JSON in `body`, the only truth; the columns beside it are what a query asks for.
-- Times are microseconds since 1970 in UTC. `version` is the optimistic lock. Ids order by their bytes, as in
-- every other store, whatever the database's own language.

CREATE TABLE sale (
    id       text COLLATE "C" PRIMARY KEY,
    version  bigint NOT NULL,
    state    text NOT NULL,
    changed  bigint NOT NULL,
    stripped boolean NOT NULL,
    dropped  boolean NOT NULL,
    body     bytea NOT NULL
);

-- What is not delivered is little among weeks of sales, and is counted at every scrape.
-- All that is counted stands in the index: a walk through the bodies of a long backlog would take seconds.
CREATE INDEX sale_undelivered ON sale (state, dropped, changed) WHERE state <> 'delivered';
CREATE INDEX sale_unstripped ON sale (changed) WHERE state = 'delivered' AND NOT stripped;
CREATE INDEX sale_stripped ON sale (changed) WHERE stripped;

CREATE TABLE refund (
    id      text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    state   text NOT NULL,
    sale_id text COLLATE "C" NOT NULL,
    at      bigint NOT NULL,
    dropped boolean NOT NULL,
    body    bytea NOT NULL
);
CREATE INDEX refund_of ON refund (sale_id);
CREATE INDEX refund_parked ON refund (at) WHERE state = 'parked';
CREATE INDEX refund_done ON refund (at) WHERE state = 'done';

CREATE TABLE prompt (
    id         text COLLATE "C" PRIMARY KEY,
    version    bigint NOT NULL,
    state      text NOT NULL,
    outlet     text COLLATE "C" NOT NULL,
    register   text COLLATE "C" NOT NULL,
    offered_at bigint NOT NULL,
    body       bytea NOT NULL
);
CREATE INDEX prompt_offered ON prompt (outlet, register, offered_at) WHERE state = 'offered';
CREATE INDEX prompt_over ON prompt (offered_at) WHERE state IN ('reported', 'expired');

CREATE TABLE document (
    id      text COLLATE "C" PRIMARY KEY,
    at      bigint NOT NULL,
    dropped boolean NOT NULL,
    body    bytea NOT NULL
);

-- Only appended to, and forgotten from its beginning.
CREATE TABLE history (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text COLLATE "C" NOT NULL,
    at      bigint NOT NULL,
    who     text NOT NULL,
    before  text NOT NULL,
    after   text NOT NULL,
    cause   text NOT NULL
);
CREATE INDEX history_of ON history (subject);
CREATE INDEX history_at ON history (at);

-- `leased_until` is NULL while nobody works on the row. `lease` is the generation it was last leased under:
-- 0 for a row that never was, -1 when that lease is void. Generations are of one sequence: a number of each
-- row's own would begin anew with the row.
CREATE TABLE work (
    id           text COLLATE "C" PRIMARY KEY,
    lane         text NOT NULL,
    kind         text NOT NULL,
    subject      text NOT NULL,
    due          bigint NOT NULL,
    tries        integer NOT NULL,
    leased_until bigint,
    lease        bigint NOT NULL DEFAULT 0
);
CREATE INDEX work_due ON work (lane, due);
-- What a scrape counts, without reading the whole outbox.
CREATE INDEX work_owed ON work (due) WHERE kind IN ('deliver', 'release', 'refund', 'report');
CREATE SEQUENCE lease_number;
