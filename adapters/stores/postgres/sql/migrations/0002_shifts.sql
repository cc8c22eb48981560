-- Sales and refunds are found by the shift they belong to: `outlet/register|shift`, as the register numbers it.

ALTER TABLE sale ADD COLUMN place text COLLATE "C" NOT NULL DEFAULT '';
UPDATE sale SET place = concat(
    convert_from(body, 'UTF8')::json #>> '{register,outlet}', '/',
    convert_from(body, 'UTF8')::json #>> '{register,register}', '|',
    convert_from(body, 'UTF8')::json #>> '{close,receipt,shift}'
)
WHERE coalesce(convert_from(body, 'UTF8')::json #>> '{close,receipt,shift}', '') <> '';
CREATE INDEX sale_place ON sale (place) WHERE place <> '';

ALTER TABLE refund ADD COLUMN place text COLLATE "C" NOT NULL DEFAULT '';
UPDATE refund SET place = concat(
    convert_from(body, 'UTF8')::json #>> '{register,outlet}', '/',
    convert_from(body, 'UTF8')::json #>> '{register,register}', '|',
    convert_from(body, 'UTF8')::json #>> '{refund,document,shift}'
)
WHERE coalesce(convert_from(body, 'UTF8')::json #>> '{refund,document,shift}', '') <> '';
CREATE INDEX refund_place ON refund (place) WHERE place <> '';
