-- name: begin
-- IMMEDIATE takes the write lock at once; a lock taken later could fail in the middle of a batch.
BEGIN IMMEDIATE;

-- name: commit
-- The one fsync of a batch.
COMMIT;

-- name: roll_back
ROLLBACK;

-- name: begin_job
-- A change of a batch fails alone.
SAVEPOINT job;

-- name: keep_job
RELEASE job;

-- name: undo_job
-- The savepoint itself stays open and is released after this.
ROLLBACK TO job;

-- name: checkpoint
-- PASSIVE never waits for a reader; what it could not move now, the next one moves.
PRAGMA wal_checkpoint(PASSIVE);

-- name: schema_version
-- The number of the last migration that was run.
PRAGMA user_version;

-- name: journal_mode
-- What SQLite really uses: a file system without shared memory makes it refuse WAL silently.
PRAGMA journal_mode;

-- name: read_only
-- For the reading connection: a write there would go past the writer thread.
PRAGMA query_only = ON;

-- What is written stands in rows, numbered as `records.py` and `sales.py` make them: for each name sqlite3 would let go
-- of the interpreter's lock, and wait for it again.

-- name: insert_sale
-- Version 0 says that there is none yet; if there is one, nothing is inserted and the caller sees no row.
INSERT INTO sale (id, version, state, changed, is_over, stripped, dropped, place, body, close)
VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO NOTHING;

-- name: update_sale
-- No row when the version has moved on.
UPDATE sale SET
    version = version + 1, state = ?3, changed = ?4, is_over = ?5, stripped = ?6, dropped = ?7,
    place = ?8, body = ?9, close = coalesce(?10, close)
WHERE id = ?1 AND version = ?2;

-- name: move_sale
-- Its close stays as it is, and with it the shift: an index is written anew for every column that is named here.
-- No row as well for a sale from before closes had rows of their own.
UPDATE sale SET
    version = version + 1, state = ?3, changed = ?4, is_over = ?5, stripped = ?6, dropped = ?7,
    body = ?9
WHERE id = ?1 AND version = ?2 AND close IS NOT NULL;

-- name: last_close
SELECT coalesce(max(number), 0) FROM sale_close;

-- name: insert_close
-- NULL takes the next number.
INSERT INTO sale_close (number, body, raw, sent) VALUES (?1, ?2, ?3, ?4);

-- name: update_close
-- No row when the sale has none yet.
UPDATE sale_close SET body = ?1, raw = ?2, sent = ?3
WHERE number = (SELECT close FROM sale WHERE id = ?4 AND version = ?5);

-- name: insert_refund
-- As insert_sale.
INSERT INTO refund (id, version, state, sale_id, at, is_over, stripped, dropped, place, body)
VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO NOTHING;

-- name: update_refund
-- As update_sale; a refund never changes its time or its shift, but it may find its sale late.
UPDATE refund SET
    version = version + 1, state = ?3, sale_id = ?4, is_over = ?6, stripped = ?7, dropped = ?8,
    body = ?10
WHERE id = ?1 AND version = ?2;

-- name: insert_prompt
-- As insert_sale.
INSERT INTO prompt (id, version, state, outlet, register, offered_at, body)
VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO NOTHING;

-- name: update_prompt
-- As update_sale; a prompt never changes its register or when it was offered.
UPDATE prompt SET version = version + 1, state = ?3, body = ?7 WHERE id = ?1 AND version = ?2;

-- name: insert_print_job
-- As insert_sale.
INSERT INTO print_job (id, version, state, made_at, body) VALUES (?1, ?2 + 1, ?3, ?4, ?5)
ON CONFLICT (id) DO NOTHING;

-- name: update_print_job
-- As update_sale; a job never changes when it was made.
UPDATE print_job SET version = version + 1, state = ?3, body = ?5 WHERE id = ?1 AND version = ?2;

-- name: end_print_job
DELETE FROM print_job WHERE id = ?1;

-- name: insert_occasion
-- As insert_sale.
INSERT INTO occasion (id, version, at, body) VALUES (?1, ?2 + 1, ?3, ?4)
ON CONFLICT (id) DO NOTHING;

-- name: update_occasion
-- As update_sale.
UPDATE occasion SET version = version + 1, at = ?3, body = ?4 WHERE id = ?1 AND version = ?2;

-- name: insert_document
-- The id is the digest of the content, so a repeat adds nothing.
INSERT INTO document (id, at, dropped, body) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (id) DO NOTHING;

-- name: drop_document
UPDATE document SET dropped = ?3, body = ?4 WHERE id = ?1;

-- name: insert_history
INSERT INTO history (subject, at, who, before, after, cause)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: plan_work
-- Planned anew, it is nobody's, and the lease of whoever works on the old plan is void. It is owed since it was
-- first due: a new plan may bring that forward, and never puts it off.
INSERT INTO work (id, lane, kind, subject, due, since, tries)
VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET
    due = excluded.due, since = min(since, excluded.due), tries = excluded.tries, leased_until = NULL, lease = -1;

-- name: finish_work
-- Over, whoever works on it.
DELETE FROM work WHERE id = ?1;

-- name: finish_leased
-- Over unless its lease is void or another's. The due time tells unleased work from its own successor.
DELETE FROM work WHERE id = ?1 AND lease = ?2 AND due = ?3;

-- name: put_off
-- Given up by the one who has the lease, and by nobody else.
UPDATE work SET due = ?3, tries = ?4, leased_until = NULL, lease = -1 WHERE id = ?1 AND lease = ?2;

-- name: lease_work
-- Most urgent first; a lease that has run out counts as none. RETURNING promises no order.
UPDATE work SET leased_until = :until, lease = (SELECT last + 1 FROM lease_number)
WHERE id IN (
    SELECT id FROM work
    WHERE lane = :lane AND due <= :now AND (leased_until IS NULL OR leased_until <= :now)
    ORDER BY due, id LIMIT :limit
)
RETURNING id, kind, subject, due, tries, lease;

-- name: next_lease
-- Only after something was leased: a look at an empty outbox writes nothing.
UPDATE lease_number SET last = last + 1;

-- name: bring_forward
-- The clock was set back: what was due in an hour's time is due as soon as it was meant to be.
UPDATE work SET due = due - :by, since = since - :by, leased_until = leased_until - :by;

-- name: forget_leases
-- The file belongs to one process: whoever leased before it was opened is gone.
UPDATE work SET leased_until = NULL, lease = -1 WHERE leased_until IS NOT NULL;

-- name: sale
SELECT sale.body, sale_close.body, raw, sent
FROM sale LEFT JOIN sale_close ON number = close
WHERE id = :id;

-- name: open_sales
-- The first condition is the index's, word for word.
SELECT body, NULL, NULL, NULL FROM sale WHERE state <> 'delivered' AND state IN ('open', 'redeeming', 'redeemed');

-- name: refund
SELECT body FROM refund WHERE id = :id;

-- name: refunds_of
SELECT body FROM refund WHERE sale_id = :sale_id ORDER BY at, id;

-- name: sales_of_shift
SELECT sale.body, sale_close.body, raw, sent
FROM sale LEFT JOIN sale_close ON number = close
WHERE place = :place AND place <> '';

-- name: refunds_of_shift
SELECT body FROM refund WHERE place = :place AND place <> '';

-- name: prompt
SELECT body FROM prompt WHERE id = :id;

-- name: occasions
-- The ids as a JSON list: how many there are is not known here.
SELECT body FROM occasion WHERE id IN (SELECT value FROM json_each(:ids));

-- name: offered
-- The state is written out so that the partial index serves.
SELECT body FROM prompt
WHERE state = 'offered' AND outlet = :outlet AND register = :register
ORDER BY offered_at, id;

-- name: print_jobs
SELECT body FROM print_job ORDER BY made_at, id LIMIT :limit;

-- name: documents
SELECT body FROM document ORDER BY at, id;

-- name: next_due
SELECT min(due) FROM work WHERE lane = :lane AND leased_until IS NULL;

-- name: work
SELECT kind, subject, due, tries, lease, leased_until, since FROM work ORDER BY due, id LIMIT :limit;

-- name: parked_sales
-- The state stands twice so that the partial index serves.
SELECT sale.body, sale_close.body, raw, sent
FROM sale LEFT JOIN sale_close ON number = close
WHERE state = 'parked' AND state <> 'delivered' AND dropped = 0
ORDER BY changed DESC, id DESC LIMIT :limit;

-- name: parked_refunds
SELECT body FROM refund WHERE state = 'parked' AND dropped = 0 ORDER BY at DESC, id DESC LIMIT :limit;

-- name: parked_documents
SELECT body FROM document WHERE dropped = 0 ORDER BY at DESC, id DESC LIMIT :limit;

-- name: history
SELECT subject, at, who, before, after, cause FROM history WHERE subject = :subject ORDER BY number;

-- name: latest_change
SELECT max(at) FROM history;

-- name: old_sales
SELECT sale.body, sale_close.body, raw, sent
FROM sale LEFT JOIN sale_close ON number = close
WHERE is_over = 1 AND stripped = 0 AND changed < :before
ORDER BY changed, id LIMIT :limit;

-- name: last_sale
SELECT sale.body, sale_close.body, raw, sent
FROM sale LEFT JOIN sale_close ON number = close
WHERE is_over = 1 AND stripped = 0 AND state = 'delivered'
ORDER BY changed DESC, id DESC LIMIT 1;

-- name: old_refunds
SELECT body FROM refund WHERE is_over = 1 AND stripped = 0 AND at < :before ORDER BY at, id LIMIT :limit;

-- name: forget_history
DELETE FROM history WHERE number IN (SELECT number FROM history WHERE at < :before ORDER BY at LIMIT :limit);

-- name: forget_prompts
DELETE FROM prompt WHERE id IN (
    SELECT id FROM prompt
    WHERE state IN ('reported', 'expired', 'left') AND offered_at < :before
    ORDER BY offered_at LIMIT :limit
);

-- name: forget_documents
DELETE FROM document WHERE id IN (SELECT id FROM document WHERE dropped = 1 AND at < :before LIMIT :limit);

-- name: forget_sales
DELETE FROM sale WHERE id IN (
    SELECT id FROM sale WHERE stripped = 1 AND changed < :before ORDER BY changed LIMIT :limit
);

-- name: forget_occasions
DELETE FROM occasion WHERE id IN (SELECT id FROM occasion WHERE at < :before ORDER BY at LIMIT :limit);

-- name: forget_refunds
DELETE FROM refund WHERE id IN (
    SELECT id FROM refund WHERE stripped = 1 AND at < :before ORDER BY at LIMIT :limit
);

-- name: size
-- Without the WAL, which is moved in and used again.
SELECT page_count * page_size FROM pragma_page_count, pragma_page_size;

-- name: undelivered
SELECT state, count(*) FROM sale WHERE state <> 'delivered' AND dropped = 0 GROUP BY state;

-- name: counts
-- One statement, so one moment. WATCH and POLL do not count: nothing of theirs is owed to anybody.
SELECT
    count(*),
    min(since),
    (SELECT count(*) FROM sale WHERE state = 'parked' AND state <> 'delivered' AND dropped = 0),
    (SELECT count(*) FROM refund WHERE state = 'parked' AND dropped = 0),
    (SELECT count(*) FROM document WHERE dropped = 0)
FROM work WHERE kind IN ('deliver', 'release', 'refund', 'report');
