-- Which rule has spoken of which customer; and popups answered with "he has left" are over too.

CREATE TABLE occasion (
    id      text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    at      bigint NOT NULL,
    body    bytea NOT NULL
);
CREATE INDEX occasion_at ON occasion (at);

DROP INDEX prompt_over;
CREATE INDEX prompt_over ON prompt (offered_at) WHERE state IN ('reported', 'expired', 'left');
