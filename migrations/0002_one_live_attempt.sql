-- At most one transaction of an order has a card attempt that may have taken money, or has taken it: what the kiosk
-- decides is held here too, whatever it decides. An older program leaves the column alone, and its orders at the default.

ALTER TABLE transactions ADD COLUMN live_attempt INTEGER NOT NULL DEFAULT 0 CHECK (live_attempt IN (0, 1));

CREATE UNIQUE INDEX one_live_attempt ON transactions (order_id) WHERE live_attempt = 1;

INSERT INTO compatibility (migration, oldest_usable) VALUES (2, '0.1.0');
