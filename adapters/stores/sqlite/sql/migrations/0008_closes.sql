-- The closed receipt is most of a sale and hardly ever changes: it gets a row of its own, so that the steps of a
-- delivery do not write it again. A sale stored before keeps it in its body until it is next written.

CREATE TABLE sale_close (
    number INTEGER PRIMARY KEY,
    body   BLOB NOT NULL,
    raw    BLOB NOT NULL,
    sent   BLOB NOT NULL
) STRICT;
ALTER TABLE sale ADD COLUMN close INTEGER;
CREATE TRIGGER sale_forgotten AFTER DELETE ON sale BEGIN
    DELETE FROM sale_close WHERE number = OLD.close;
END;
