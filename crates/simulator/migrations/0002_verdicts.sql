-- The log says which field was wrong and why, names fields that the guide doesn't have, and keeps the faults that struck.

CREATE TABLE log (
    id             INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    direction      TEXT NOT NULL CHECK (direction IN ('in', 'out', 'fault')),
    transaction_id TEXT,
    code           INTEGER NOT NULL,
    field          TEXT,
    why            TEXT,
    unknown        TEXT,
    body           TEXT NOT NULL
) STRICT;

INSERT INTO log (id, at, direction, transaction_id, code, body)
SELECT id, at, direction, transaction_id, code, body FROM messages;

DROP TABLE messages;

ALTER TABLE log RENAME TO messages;
