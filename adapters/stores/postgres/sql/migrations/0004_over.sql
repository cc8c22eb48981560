-- What is over is looked for by housekeeping: delivered sales, those a person has put aside, those nobody closed.
-- A refund is stripped apart from its sale: it may come when that was stripped long ago.

ALTER TABLE sale ADD COLUMN is_over boolean NOT NULL DEFAULT false;
UPDATE sale SET is_over = true WHERE state IN ('delivered', 'open') OR (state = 'parked' AND dropped);
DROP INDEX sale_unstripped;
CREATE INDEX sale_unstripped ON sale (changed) WHERE is_over AND NOT stripped;

ALTER TABLE refund ADD COLUMN is_over boolean NOT NULL DEFAULT false;
ALTER TABLE refund ADD COLUMN stripped boolean NOT NULL DEFAULT false;
UPDATE refund SET is_over = true WHERE state = 'done' OR (state = 'parked' AND dropped);
DROP INDEX refund_done;
CREATE INDEX refund_unstripped ON refund (at) WHERE is_over AND NOT stripped;
CREATE INDEX refund_stripped ON refund (at) WHERE stripped;
