-- What staff did, one line each, in a book that nobody can take a line out of; and which close of a day counts which sale
-- and which refund. An older program leaves all of it alone; what it writes is found by `booked`.

-- The body is JSON: who did it (`by`), and the body of its kind (`did`).
CREATE TABLE deeds (
    -- Counts up from 1 without a gap.
    number       INTEGER NOT NULL PRIMARY KEY,
    at_ms        INTEGER NOT NULL,
    boot_ms      INTEGER NOT NULL,
    boot_id      TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    -- Chained to the deed before it.
    checksum     INTEGER NOT NULL,
    -- Of a close, and of nothing else: its number, and the day that it closes. What can't be read is none, so that a
    -- damaged body is damage to its own line alone.
    close_number INTEGER GENERATED ALWAYS AS (
        iif(kind = 'closed_day' AND json_valid(body), json_extract(body, '$.did.number'), NULL)
    ) VIRTUAL,
    close_day    TEXT GENERATED ALWAYS AS (
        iif(kind = 'closed_day' AND json_valid(body), json_extract(body, '$.did.day.day'), NULL)
    ) VIRTUAL,
    CHECK (kind <> 'closed_day' OR (close_number IS NOT NULL AND close_number > 0 AND close_day IS NOT NULL))
) STRICT;

-- What holds for the shop is the fold of a few kinds.
CREATE INDEX deeds_by_kind ON deeds (kind);
-- A day is closed once.
CREATE UNIQUE INDEX closes_by_day ON deeds (close_day) WHERE close_day IS NOT NULL;
CREATE UNIQUE INDEX closes_by_number ON deeds (close_number) WHERE close_number IS NOT NULL;

CREATE TRIGGER deeds_are_not_changed BEFORE UPDATE ON deeds
BEGIN
    SELECT RAISE(ABORT, 'a deed is never changed');
END;

CREATE TRIGGER deeds_are_not_removed BEFORE DELETE ON deeds
BEGIN
    SELECT RAISE(ABORT, 'a deed is never removed');
END;

-- These two also stop INSERT OR REPLACE, which removes a row without firing the trigger above.
CREATE TRIGGER deeds_have_no_gap BEFORE INSERT ON deeds
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM deeds)
BEGIN
    SELECT RAISE(ABORT, 'a deed does not follow the one before it');
END;

CREATE TRIGGER a_day_is_closed_once BEFORE INSERT ON deeds
WHEN NEW.kind = 'closed_day' AND (EXISTS (SELECT 1 FROM deeds WHERE close_day = NEW.close_day)
    OR EXISTS (SELECT 1 FROM deeds WHERE close_number = NEW.close_number))
BEGIN
    SELECT RAISE(ABORT, 'a day is closed once');
END;

-- When it was paid, and when its own money was given back: wall clock, ms since 1970.
ALTER TABLE transactions ADD COLUMN sold_ms INTEGER;
ALTER TABLE transactions ADD COLUMN refunded_ms INTEGER;
-- How many entries these two say it of. Anything else than `entries`: an older program wrote the line, or wrote on it.
ALTER TABLE transactions ADD COLUMN booked INTEGER;
-- The number of the close that counts the sale, and of the one that counts the refund.
ALTER TABLE transactions ADD COLUMN sale_close INTEGER CHECK (sale_close > 0);
ALTER TABLE transactions ADD COLUMN refund_close INTEGER CHECK (refund_close > 0);

CREATE INDEX unclosed_sales ON transactions (sold_ms) WHERE sold_ms IS NOT NULL AND sale_close IS NULL;
CREATE INDEX unclosed_refunds ON transactions (refunded_ms) WHERE refunded_ms IS NOT NULL AND refund_close IS NULL;
CREATE INDEX unbooked ON transactions (number) WHERE booked IS NOT entries;

CREATE TRIGGER what_is_closed_stays_closed BEFORE UPDATE OF sale_close, refund_close ON transactions
WHEN (OLD.sale_close IS NOT NULL AND NEW.sale_close IS NOT OLD.sale_close)
    OR (OLD.refund_close IS NOT NULL AND NEW.refund_close IS NOT OLD.refund_close)
BEGIN
    SELECT RAISE(ABORT, 'a sale and a refund are counted in one close');
END;

INSERT INTO compatibility (migration, oldest_usable) VALUES (5, '0.1.0');
