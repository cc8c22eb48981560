-- Leases get a generation; records get what housekeeping asks for.

ALTER TABLE work ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
CREATE TABLE lease_number (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO lease_number (last) VALUES (0);
-- What a scrape counts, without reading the whole outbox.
CREATE INDEX work_owed ON work (due) WHERE kind IN ('deliver', 'release', 'refund', 'report');

ALTER TABLE sale ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sale ADD COLUMN stripped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sale ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
-- To the second is enough for what is kept for weeks.
UPDATE sale SET changed = 1000000 * coalesce(
    CAST(strftime('%s', json_extract(CAST(body AS TEXT), '$.delivered_at')) AS INTEGER),
    CAST(strftime('%s', json_extract(CAST(body AS TEXT), '$.seen_at')) AS INTEGER),
    0
);
DROP INDEX sale_parked;
CREATE INDEX sale_undelivered ON sale (state, dropped, changed) WHERE state <> 'delivered';
CREATE INDEX sale_unstripped ON sale (changed) WHERE state = 'delivered' AND stripped = 0;
CREATE INDEX sale_stripped ON sale (changed) WHERE stripped = 1;

ALTER TABLE refund ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
CREATE INDEX refund_done ON refund (at) WHERE state = 'done';
CREATE INDEX prompt_over ON prompt (offered_at) WHERE state IN ('reported', 'expired');
ALTER TABLE document ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
CREATE INDEX history_at ON history (at);
