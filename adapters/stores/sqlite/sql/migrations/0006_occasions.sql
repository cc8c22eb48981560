-- Which rule has spoken of which customer; and popups answered with "he has left" are over too.

CREATE TABLE occasion (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX occasion_at ON occasion (at);

DROP INDEX prompt_over;
CREATE INDEX prompt_over ON prompt (offered_at) WHERE state IN ('reported', 'expired', 'left');
