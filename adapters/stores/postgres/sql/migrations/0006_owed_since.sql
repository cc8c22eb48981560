-- How old the outbox is: every try that failed moves `due` on, so each row keeps when it was first due.
-- What lies there already counts from now on, as far as anybody knows. The default is for a gateway of an older
-- version that still runs over this database.

ALTER TABLE work ADD COLUMN since bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
UPDATE work SET since = due;
DROP INDEX work_owed;
CREATE INDEX work_owed ON work (since) WHERE kind IN ('deliver', 'release', 'refund', 'report');
