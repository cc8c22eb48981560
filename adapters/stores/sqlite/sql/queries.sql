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

-- name: insert_sale
-- Version 0 says that there is none yet; if there is one, nothing is inserted and the caller sees no row.
INSERT INTO sale (id, version, state, body) VALUES (:id, :version + 1, :state, :body)
ON CONFLICT (id) DO NOTHING;

-- name: update_sale
-- No row when the version has moved on.
UPDATE sale SET version = version + 1, state = :state, body = :body WHERE id = :id AND version = :version;

-- name: insert_refund
-- As insert_sale.
INSERT INTO refund (id, version, state, sale_id, at, body)
VALUES (:id, :version + 1, :state, :sale_id, :at, :body)
ON CONFLICT (id) DO NOTHING;

-- name: update_refund
-- As update_sale; a refund never changes its sale or its time.
UPDATE refund SET version = version + 1, state = :state, body = :body WHERE id = :id AND version = :version;

-- name: insert_prompt
-- As insert_sale.
INSERT INTO prompt (id, version, state, outlet, register, offered_at, body)
VALUES (:id, :version + 1, :state, :outlet, :register, :offered_at, :body)
ON CONFLICT (id) DO NOTHING;

-- name: update_prompt
-- As update_sale; a prompt never changes its register or when it was offered.
UPDATE prompt SET version = version + 1, state = :state, body = :body WHERE id = :id AND version = :version;

-- name: insert_document
-- The id is the digest of the content, so a repeat adds nothing.
INSERT INTO document (id, at, body) VALUES (:id, :at, :body)
ON CONFLICT (id) DO NOTHING;

-- name: insert_history
INSERT INTO history (subject, at, who, before, after, cause)
VALUES (:subject, :at, :who, :before, :after, :cause);

-- name: plan_work
-- Planned anew, it is nobody's: whoever leased the old plan finds another due time when it is done.
INSERT INTO work (id, lane, kind, subject, due, tries) VALUES (:id, :lane, :kind, :subject, :due, :tries)
ON CONFLICT (id) DO UPDATE SET due = excluded.due, tries = excluded.tries, leased_until = NULL;

-- name: finish_work
-- Over, whenever it was due.
DELETE FROM work WHERE id = :id;

-- name: finish_work_due
-- Over unless it was planned anew meanwhile.
DELETE FROM work WHERE id = :id AND due = :due;

-- name: lease_work
-- Most urgent first; a lease that has run out counts as none. RETURNING promises no order.
UPDATE work SET leased_until = :until
WHERE id IN (
    SELECT id FROM work
    WHERE lane = :lane AND due <= :now AND (leased_until IS NULL OR leased_until <= :now)
    ORDER BY due, id LIMIT :limit
)
RETURNING id, kind, subject, due, tries;

-- name: forget_leases
-- The file belongs to one process: whoever leased before it was opened is gone.
UPDATE work SET leased_until = NULL WHERE leased_until IS NOT NULL;

-- name: sale
SELECT body FROM sale WHERE id = :id;

-- name: refund
SELECT body FROM refund WHERE id = :id;

-- name: refunds_of
SELECT body FROM refund WHERE sale_id = :sale_id ORDER BY at, id;

-- name: prompt
SELECT body FROM prompt WHERE id = :id;

-- name: offered
-- The state is written out so that the partial index serves.
SELECT body FROM prompt
WHERE state = 'offered' AND outlet = :outlet AND register = :register
ORDER BY offered_at, id;

-- name: documents
SELECT body FROM document ORDER BY at, id;

-- name: next_due
SELECT min(due) FROM work WHERE lane = :lane AND leased_until IS NULL;

-- name: counts
-- One statement, so one moment. WATCH and POLL do not count: nothing of theirs is owed to anybody.
SELECT
    count(*),
    min(due),
    (SELECT count(*) FROM sale WHERE state = 'parked'),
    (SELECT count(*) FROM refund WHERE state = 'parked'),
    (SELECT count(*) FROM document)
FROM work WHERE kind IN ('deliver', 'release', 'refund', 'report');
