-- The journal: what happened to each transaction, in order, and one line about it for lists.

-- The oldest program that can still use the journal after each migration: an update can be rolled
-- back, and an older program must know whether it may write here.
CREATE TABLE compatibility (
    migration     INTEGER NOT NULL PRIMARY KEY,
    oldest_usable TEXT    NOT NULL
) STRICT;

INSERT INTO compatibility (migration, oldest_usable) VALUES (1, '0.1.0');

-- One line per transaction, written in the commit that writes its entries.
CREATE TABLE transactions (
    transaction_id  TEXT    NOT NULL PRIMARY KEY,
    order_id        TEXT    NOT NULL,
    opened_ms       INTEGER NOT NULL,
    open            INTEGER NOT NULL CHECK (open IN (0, 1)),
    with_staff      INTEGER NOT NULL CHECK (with_staff IN (0, 1)),
    state           TEXT    NOT NULL,
    total_won       INTEGER NOT NULL,
    card_won        INTEGER NOT NULL,
    approval_number TEXT,
    order_number    TEXT,
    business_day    TEXT,
    order_seq       INTEGER CHECK (order_seq > 0),
    deadline_ms     INTEGER,
    handed_over     INTEGER NOT NULL CHECK (handed_over IN (0, 1)),
    -- How many entries there are, and the checksum of the last: entries lost from the end show.
    entries         INTEGER NOT NULL CHECK (entries > 0),
    head            INTEGER NOT NULL,
    CHECK (order_seq IS NULL OR business_day IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Start-up reads the open transactions only, however long the history is.
CREATE INDEX open_transactions ON transactions (opened_ms) WHERE open = 1;
CREATE INDEX transactions_with_staff ON transactions (opened_ms) WHERE with_staff = 1;
-- An order number is given once per business day.
CREATE UNIQUE INDEX order_numbers ON transactions (business_day, order_seq) WHERE order_seq IS NOT NULL;

-- Clustered by its key, so that a commit dirties one page here and not a table's and an index's.
CREATE TABLE entries (
    transaction_id TEXT    NOT NULL REFERENCES transactions (transaction_id),
    seq            INTEGER NOT NULL,
    at_ms          INTEGER NOT NULL,
    boot_ms        INTEGER NOT NULL,
    boot_id        TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    checksum       INTEGER NOT NULL,
    PRIMARY KEY (transaction_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'an entry is never changed');
END;

CREATE TRIGGER entries_are_not_removed BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'an entry is never removed');
END;

-- Also what stops INSERT OR REPLACE, which removes a row without firing the trigger above.
CREATE TRIGGER entries_have_no_gap BEFORE INSERT ON entries
WHEN NEW.seq IS NOT coalesce(
    (SELECT max(seq) + 1 FROM entries WHERE transaction_id = NEW.transaction_id), 0)
BEGIN
    SELECT RAISE(ABORT, 'an entry does not follow the one before it');
END;
