-- The simulated back end's own ledger: what Prbiti would remember, and what the payment terminal would.
-- All times are unix milliseconds on the simulator's own clock; all amounts are whole won.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE members (
    phone   TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    barcode TEXT NOT NULL UNIQUE,
    points  INTEGER NOT NULL CHECK (points >= 0)
) STRICT;

CREATE TABLE coupons (
    number     TEXT PRIMARY KEY CHECK (length(number) = 16),
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('amount', 'exchange')),
    amount     INTEGER NOT NULL CHECK (amount >= 0),
    item_codes TEXT NOT NULL,
    owner      TEXT REFERENCES members (phone),
    expires_at INTEGER NOT NULL,
    used_by    TEXT
) STRICT;

CREATE TABLE gift_cards (
    number  TEXT PRIMARY KEY CHECK (length(number) = 16),
    balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT;

CREATE TABLE transactions (
    transaction_id TEXT PRIMARY KEY,
    first_at       INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'settled', 'released', 'expired', 'cancelled'))
) STRICT;

CREATE TABLE holds (
    transaction_id TEXT NOT NULL REFERENCES transactions (transaction_id),
    service        TEXT NOT NULL CHECK (service IN ('POINT_REDEEM', 'POINT_EARN', 'COUPON', 'PREPAID')),
    subject        TEXT NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    made_at        INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released', 'expired', 'cancelled')),
    PRIMARY KEY (transaction_id, service)
) STRICT;

-- A coupon that is held can't be held by anybody else.
CREATE UNIQUE INDEX one_live_hold_per_coupon ON holds (subject) WHERE service = 'COUPON' AND state = 'held';
CREATE INDEX live_holds ON holds (service, subject) WHERE state = 'held';

CREATE TABLE settlements (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (transaction_id),
    at             INTEGER NOT NULL,
    point_redeem   INTEGER NOT NULL,
    point_earn     INTEGER NOT NULL,
    coupon_id      TEXT,
    coupon_amount  INTEGER NOT NULL,
    prepaid        INTEGER NOT NULL,
    body           TEXT NOT NULL
) STRICT;

CREATE TABLE cancels (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (transaction_id),
    at             INTEGER NOT NULL,
    point_redeem   INTEGER NOT NULL,
    point_earn     INTEGER NOT NULL,
    coupon_id      TEXT,
    coupon_name    TEXT,
    prepaid        INTEGER NOT NULL
) STRICT;

CREATE TABLE e_receipts (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (transaction_id),
    phone          TEXT NOT NULL,
    at             INTEGER NOT NULL,
    body           TEXT NOT NULL
) STRICT;

CREATE TABLE messages (
    id             INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    direction      TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    transaction_id TEXT,
    code           INTEGER NOT NULL,
    body           TEXT NOT NULL
) STRICT;

CREATE TABLE payments (
    attempt_id      TEXT PRIMARY KEY,
    amount          INTEGER NOT NULL,
    tax_free        INTEGER NOT NULL,
    tax             INTEGER NOT NULL,
    started_at      INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('in_progress', 'approved', 'declined', 'cancelled', 'marked')),
    approval_number TEXT UNIQUE,
    business_date   TEXT,
    outcome         TEXT
) STRICT;

CREATE TABLE refunds (
    refund_id       TEXT PRIMARY KEY,
    attempt_id      TEXT NOT NULL,
    amount          INTEGER NOT NULL,
    approval_number TEXT NOT NULL,
    at              INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('approved', 'declined')),
    business_date   TEXT NOT NULL,
    outcome         TEXT NOT NULL
) STRICT;
