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
    -- Counts up in the order of opening.
    number          INTEGER NOT NULL PRIMARY KEY,
    transaction_id  TEXT    NOT NULL UNIQUE,
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
) STRICT;

-- Start-up reads the open transactions only, however long the history is.
CREATE INDEX open_transactions ON transactions (opened_ms) WHERE open = 1;
CREATE INDEX transactions_with_staff ON transactions (opened_ms) WHERE with_staff = 1;
-- An order number is given once per business day.
CREATE UNIQUE INDEX order_numbers ON transactions (business_day, order_seq) WHERE order_seq IS NOT NULL;

-- The key is made of the transaction's number and the entry's place in it, so that each pair is
-- there once without an index of its own: a commit dirties one page here, and appending to the end
-- of such a table never moves what is there already.
CREATE TABLE entries (
    key      INTEGER NOT NULL PRIMARY KEY,
    number   INTEGER NOT NULL REFERENCES transactions (number),
    seq      INTEGER NOT NULL CHECK (seq BETWEEN 0 AND 999999),
    at_ms    INTEGER NOT NULL,
    boot_ms  INTEGER NOT NULL,
    boot_id  TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    checksum INTEGER NOT NULL,
    CHECK (key = number * 1000000 + seq)
) STRICT;

-- The entries for people, who know a transaction by its id.
CREATE VIEW history AS
SELECT transaction_id, seq, at_ms, boot_ms, boot_id, kind, body, checksum
FROM transactions JOIN entries ON key BETWEEN transactions.number * 1000000 AND transactions.number * 1000000 + 999999;

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
WHEN EXISTS (SELECT 1 FROM entries WHERE key = NEW.number * 1000000 + NEW.seq)
    OR (NEW.seq <> 0 AND NOT EXISTS (SELECT 1 FROM entries WHERE key = NEW.number * 1000000 + NEW.seq - 1))
BEGIN
    SELECT RAISE(ABORT, 'an entry does not follow the one before it');
END;
