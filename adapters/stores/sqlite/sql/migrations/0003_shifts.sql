-- Sales and refunds are found by the shift they belong to: `outlet/register|shift`, as the register numbers it.

ALTER TABLE sale ADD COLUMN place TEXT NOT NULL DEFAULT '';
UPDATE sale SET place = json_extract(CAST(body AS TEXT), '$.register.outlet') || '/' ||
    json_extract(CAST(body AS TEXT), '$.register.register') || '|' ||
    json_extract(CAST(body AS TEXT), '$.close.receipt.shift')
WHERE coalesce(json_extract(CAST(body AS TEXT), '$.close.receipt.shift'), '') <> '';
CREATE INDEX sale_place ON sale (place) WHERE place <> '';

ALTER TABLE refund ADD COLUMN place TEXT NOT NULL DEFAULT '';
UPDATE refund SET place = json_extract(CAST(body AS TEXT), '$.register.outlet') || '/' ||
    json_extract(CAST(body AS TEXT), '$.register.register') || '|' ||
    json_extract(CAST(body AS TEXT), '$.refund.document.shift')
WHERE coalesce(json_extract(CAST(body AS TEXT), '$.refund.document.shift'), '') <> '';
CREATE INDEX refund_place ON refund (place) WHERE place <> '';
