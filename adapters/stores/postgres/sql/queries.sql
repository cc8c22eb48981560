-- name: lock_schema
-- Gateways that start together migrate one after the other; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(7204316595511);

-- name: make_schema_version
CREATE TABLE IF NOT EXISTS schema_version (number integer PRIMARY KEY);

-- name: schema_version
SELECT coalesce(max(number), 0) FROM schema_version;

-- name: has_schema
SELECT to_regclass('schema_version') IS NOT NULL;

-- name: add_schema_version
INSERT INTO schema_version (number) VALUES ($1);

-- The statements from here to `news` take the rows of a whole batch, a column each, and run in this order.
-- Rows are taken in the order of their ids, so that two gateways do not wait for each other in a ring.

-- name: put_sale
-- Version 0 says that there is none yet. Gives the ids that were written; the others are conflicts.
INSERT INTO sale (id, version, state, changed, is_over, stripped, dropped, place, body)
SELECT
    given.id, given.version + 1, given.state, given.changed, given.is_over <> 0, given.stripped <> 0,
    given.dropped <> 0, given.place, given.body
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::text[], $9::bytea[]
) AS given (id, version, state, changed, is_over, stripped, dropped, place, body)
WHERE given.version = 0 OR EXISTS (SELECT FROM sale WHERE sale.id = given.id)
ORDER BY given.id COLLATE "C"
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, state = excluded.state, changed = excluded.changed,
    is_over = excluded.is_over, stripped = excluded.stripped, dropped = excluded.dropped, place = excluded.place,
    body = excluded.body
WHERE sale.version = excluded.version - 1
RETURNING id;

-- name: put_refund
-- As put_sale; a refund never changes its time or its shift, but it may find its sale late.
INSERT INTO refund (id, version, state, sale_id, at, is_over, stripped, dropped, place, body)
SELECT
    given.id, given.version + 1, given.state, given.sale_id, given.at, given.is_over <> 0, given.stripped <> 0,
    given.dropped <> 0, given.place, given.body
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::int[], $8::int[], $9::text[],
    $10::bytea[]
) AS given (id, version, state, sale_id, at, is_over, stripped, dropped, place, body)
WHERE given.version = 0 OR EXISTS (SELECT FROM refund WHERE refund.id = given.id)
ORDER BY given.id COLLATE "C"
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, state = excluded.state, sale_id = excluded.sale_id, is_over = excluded.is_over,
    stripped = excluded.stripped, dropped = excluded.dropped, body = excluded.body
WHERE refund.version = excluded.version - 1
RETURNING id;

-- name: put_prompt
-- As put_sale; a prompt never changes its register or when it was offered.
INSERT INTO prompt (id, version, state, outlet, register, offered_at, body)
SELECT given.id, given.version + 1, given.state, given.outlet, given.register, given.offered_at, given.body
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[])
    AS given (id, version, state, outlet, register, offered_at, body)
WHERE given.version = 0 OR EXISTS (SELECT FROM prompt WHERE prompt.id = given.id)
ORDER BY given.id COLLATE "C"
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, state = excluded.state, body = excluded.body
WHERE prompt.version = excluded.version - 1
RETURNING id;

-- name: put_occasion
-- As put_sale.
INSERT INTO occasion (id, version, at, body)
SELECT given.id, given.version + 1, given.at, given.body
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[]) AS given (id, version, at, body)
WHERE given.version = 0 OR EXISTS (SELECT FROM occasion WHERE occasion.id = given.id)
ORDER BY given.id COLLATE "C"
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, at = excluded.at, body = excluded.body
WHERE occasion.version = excluded.version - 1
RETURNING id;

-- name: put_print_job
-- As put_sale; a job never changes when it was made.
INSERT INTO print_job (id, version, state, made_at, body)
SELECT given.id, given.version + 1, given.state, given.made_at, given.body
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bytea[])
    AS given (id, version, state, made_at, body)
WHERE given.version = 0 OR EXISTS (SELECT FROM print_job WHERE print_job.id = given.id)
ORDER BY given.id COLLATE "C"
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, state = excluded.state, body = excluded.body
WHERE print_job.version = excluded.version - 1
RETURNING id;

-- name: end_print_job
DELETE FROM print_job WHERE id = ANY($1::text[]);

-- name: insert_document
-- The id is the digest of the content, so a repeat adds nothing.
INSERT INTO document (id, at, dropped, body)
SELECT given.id, given.at, given.dropped <> 0, given.body
FROM unnest($1::text[], $2::bigint[], $3::int[], $4::bytea[]) WITH ORDINALITY
    AS given (id, at, dropped, body, place)
ORDER BY given.id COLLATE "C", given.place
ON CONFLICT (id) DO NOTHING;

-- name: drop_document
UPDATE document SET dropped = given.dropped <> 0, body = given.body
FROM unnest($1::text[], $2::bigint[], $3::int[], $4::bytea[]) AS given (id, at, dropped, body)
WHERE document.id = given.id;

-- name: insert_history
INSERT INTO history (subject, at, who, before, after, cause)
SELECT given.subject, given.at, given.who, given.before, given.after, given.cause
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
    AS given (subject, at, who, before, after, cause, place)
ORDER BY given.place;

-- name: lock_work
-- Before they are touched, all in one order.
SELECT FROM work WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE;

-- name: finish_work
-- Over, whoever works on it.
DELETE FROM work WHERE id = ANY($1::text[]);

-- name: finish_leased
-- Over unless its lease is void or another's. The due time tells unleased work from its own successor.
DELETE FROM work
USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS given (id, lease, due)
WHERE work.id = given.id AND work.lease = given.lease AND work.due = given.due;

-- name: put_off
-- Given up by the one who has the lease, and by nobody else.
UPDATE work SET due = given.due, tries = given.tries, leased_until = NULL, lease = -1
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[]) AS given (id, lease, due, tries)
WHERE work.id = given.id AND work.lease = given.lease;

-- name: plan_work
-- Planned anew, it is nobody's, and the lease of whoever works on the old plan is void. It is owed since it was
-- first due: a new plan may bring that forward, and never puts it off.
INSERT INTO work (id, lane, kind, subject, due, since, tries)
SELECT given.id, given.lane, given.kind, given.subject, given.due, given.due, given.tries
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[])
    AS given (id, lane, kind, subject, due, tries)
ORDER BY given.id COLLATE "C"
ON CONFLICT (id) DO UPDATE SET
    due = excluded.due, since = least(work.since, excluded.due), tries = excluded.tries, leased_until = NULL,
    lease = -1;

-- name: news
-- Told when the transaction is, and only then.
SELECT pg_notify('pos_gateway', given) FROM unnest($1::text[]) AS given;

-- name: lease_work
-- Most urgent first; a lease that has run out counts as none, whoever had it. Rows that another gateway is
-- leasing at this moment are passed over. MATERIALIZED: the rows are locked once.
WITH free AS MATERIALIZED (
    SELECT id FROM work
    WHERE lane = $1 AND due <= $2 AND (leased_until IS NULL OR leased_until <= $2)
    ORDER BY due, id LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE work SET leased_until = $4, lease = nextval('lease_number')
FROM free WHERE work.id = free.id
RETURNING work.kind, work.subject, work.due, work.tries, work.lease;

-- name: sale
SELECT body FROM sale WHERE id = $1;

-- name: refund
SELECT body FROM refund WHERE id = $1;

-- name: refunds_of
SELECT body FROM refund WHERE sale_id = $1 ORDER BY at, id;

-- name: sales_of_shift
SELECT body FROM sale WHERE place = $1 AND place <> '';

-- name: refunds_of_shift
SELECT body FROM refund WHERE place = $1 AND place <> '';

-- name: prompt
SELECT body FROM prompt WHERE id = $1;

-- name: occasions
SELECT body FROM occasion WHERE id = ANY($1::text[]);

-- name: offered
SELECT body FROM prompt WHERE state = 'offered' AND outlet = $1 AND register = $2 ORDER BY offered_at, id;

-- name: print_jobs
SELECT body FROM print_job ORDER BY made_at, id LIMIT $1;

-- name: documents
SELECT body FROM document ORDER BY at, id;

-- name: next_due
SELECT min(due) FROM work WHERE lane = $1 AND leased_until IS NULL;

-- name: work
SELECT kind, subject, due, tries, lease, leased_until, since FROM work ORDER BY due, id LIMIT $1;

-- name: parked_sales
-- The state stands twice so that the partial index serves.
SELECT body FROM sale
WHERE state = 'parked' AND state <> 'delivered' AND NOT dropped
ORDER BY changed DESC, id DESC LIMIT $1;

-- name: parked_refunds
SELECT body FROM refund WHERE state = 'parked' AND NOT dropped ORDER BY at DESC, id DESC LIMIT $1;

-- name: parked_documents
SELECT body FROM document WHERE NOT dropped ORDER BY at DESC, id DESC LIMIT $1;

-- name: history
SELECT subject, at, who, before, after, cause FROM history WHERE subject = $1 ORDER BY number;

-- name: latest_change
SELECT max(at) FROM history;

-- name: old_sales
SELECT body FROM sale WHERE is_over AND NOT stripped AND changed < $1 ORDER BY changed, id LIMIT $2;

-- name: last_sale
SELECT body FROM sale WHERE is_over AND NOT stripped AND state = 'delivered' ORDER BY changed DESC, id DESC LIMIT 1;

-- name: old_refunds
SELECT body FROM refund WHERE is_over AND NOT stripped AND at < $1 ORDER BY at, id LIMIT $2;

-- name: forget_history
WITH gone AS (
    DELETE FROM history WHERE number IN (SELECT number FROM history WHERE at < $1 ORDER BY at LIMIT $2) RETURNING 1
) SELECT count(*) FROM gone;

-- name: forget_prompts
WITH gone AS (
    DELETE FROM prompt WHERE id IN (
        SELECT id FROM prompt
        WHERE state IN ('reported', 'expired', 'left') AND offered_at < $1
        ORDER BY offered_at LIMIT $2
    ) RETURNING 1
) SELECT count(*) FROM gone;

-- name: forget_documents
WITH gone AS (
    DELETE FROM document WHERE id IN (SELECT id FROM document WHERE dropped AND at < $1 LIMIT $2) RETURNING 1
) SELECT count(*) FROM gone;

-- name: forget_occasions
WITH gone AS (
    DELETE FROM occasion WHERE id IN (SELECT id FROM occasion WHERE at < $1 ORDER BY at LIMIT $2) RETURNING 1
) SELECT count(*) FROM gone;

-- name: forget_sales
WITH gone AS (
    DELETE FROM sale WHERE id IN (
        SELECT id FROM sale WHERE stripped AND changed < $1 ORDER BY changed LIMIT $2
    ) RETURNING 1
) SELECT count(*) FROM gone;

-- name: forget_refunds
WITH gone AS (
    DELETE FROM refund WHERE id IN (
        SELECT id FROM refund WHERE stripped AND at < $1 ORDER BY at LIMIT $2
    ) RETURNING 1
) SELECT count(*) FROM gone;

-- name: size
SELECT pg_database_size(current_database());

-- name: undelivered
SELECT state, count(*) FROM sale WHERE state <> 'delivered' AND NOT dropped GROUP BY state;

-- name: counts
-- WATCH and POLL do not count: nothing of theirs is owed to anybody.
SELECT
    count(*),
    min(since),
    (SELECT count(*) FROM sale WHERE state = 'parked' AND state <> 'delivered' AND NOT dropped),
    (SELECT count(*) FROM refund WHERE state = 'parked' AND NOT dropped),
    (SELECT count(*) FROM document WHERE NOT dropped)
FROM work WHERE kind IN ('deliver', 'release', 'refund', 'report');

-- name: alive
-- A listener that is never told anything would not notice that its server is gone.
SELECT 1;
