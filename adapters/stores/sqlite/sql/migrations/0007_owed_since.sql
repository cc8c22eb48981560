-- How old the outbox is: every try that failed moves `due` on, so each row keeps when it was first due.
-- What lies there already counts from now on, as far as anybody knows.

ALTER TABLE work ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
UPDATE work SET since = due;
DROP INDEX work_owed;
CREATE INDEX work_owed ON work (since) WHERE kind IN ('deliver', 'release', 'refund', 'report');
