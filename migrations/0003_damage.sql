-- What was found damaged, and whether staff decided to sell on all the same. A name is made of the damage itself, so that
-- a further one has another name. An older program leaves the table alone, and sells on beside a damage as it always did.

CREATE TABLE damage (
    name           TEXT    NOT NULL PRIMARY KEY,
    transaction_id TEXT    NOT NULL,
    seq            INTEGER NOT NULL,
    what           TEXT    NOT NULL,
    found_ms       INTEGER NOT NULL,
    accepted_ms    INTEGER
) STRICT;

INSERT INTO compatibility (migration, oldest_usable) VALUES (3, '0.1.0');
