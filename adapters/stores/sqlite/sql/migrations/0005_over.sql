-- What is over is looked for by housekeeping: delivered sales, those a person has put aside, those nobody closed.
-- A refund is stripped apart from its sale: it may come when that was stripped long ago.

ALTER TABLE sale ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
UPDATE sale SET is_over = 1 WHERE state IN ('delivered', 'open') OR (state = 'parked' AND dropped = 1);
DROP INDEX sale_unstripped;
CREATE INDEX sale_unstripped ON sale (changed) WHERE is_over = 1 AND stripped = 0;

ALTER TABLE refund ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refund ADD COLUMN stripped INTEGER NOT NULL DEFAULT 0;
UPDATE refund SET is_over = 1 WHERE state = 'done' OR (state = 'parked' AND dropped = 1);
DROP INDEX refund_done;
CREATE INDEX refund_unstripped ON refund (at) WHERE is_over = 1 AND stripped = 0;
CREATE INDEX refund_stripped ON refund (at) WHERE stripped = 1;
