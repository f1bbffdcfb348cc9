-- What staff search all transactions by, a page at a time, however many there are. An older program leaves the columns
-- alone; what it writes, and what was written before, has none of them (`services` tells) and is found by the rest.

-- The last four digits of the card, if the terminal tells them.
ALTER TABLE transactions ADD COLUMN last_four TEXT;
-- What the holds pay, in won.
ALTER TABLE transactions ADD COLUMN coupon_won INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transactions ADD COLUMN points_won INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transactions ADD COLUMN gift_card_won INTEGER NOT NULL DEFAULT 0;
-- What was used of Prbiti, or may have been: 1 a coupon, 2 points, 4 a gift card, 8 points earned. NULL: nobody said.
ALTER TABLE transactions ADD COLUMN services INTEGER CHECK (services BETWEEN 0 AND 15);
-- Staff had a hand in it.
ALTER TABLE transactions ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1));

-- All that is filtered by, in one number: the services; from 16 on the card, the coupon, the points and the gift card that
-- paid; 256 for by hand; and from 512 on what became of it: 0 closed by hand, 1 nothing paid, 2 paid, 3 refunded, 4 with
-- staff, 5 open. There are few that differ, so that a search goes through each of them from its newest transaction on, and
-- never through what the filter leaves out.
ALTER TABLE transactions ADD COLUMN facets INTEGER GENERATED ALWAYS AS (
    ifnull(services, 0) + 16 * (card_won > 0) + 32 * (coupon_won > 0) + 64 * (points_won > 0) + 128 * (gift_card_won > 0)
    + 256 * by_hand
    + 512 * CASE
        WHEN with_staff = 1 THEN 4
        WHEN open = 1 THEN 5
        WHEN state = 'refunded' THEN 3
        WHEN state = 'settled' OR (state = 'lapsed' AND order_seq IS NOT NULL) THEN 2
        WHEN state IN ('unused', 'released', 'lapsed') THEN 1
        ELSE 0
    END
) VIRTUAL;

-- Of what is closed only: while an order goes on, and a customer waits for each commit, none of these is written to. What
-- is open is so little that it is looked through.
CREATE INDEX closed_by_facets ON transactions (facets) WHERE open = 0;
CREATE INDEX closed_by_reference ON transactions (substr(transaction_id, -5) COLLATE NOCASE) WHERE open = 0;
CREATE INDEX closed_by_approval ON transactions (approval_number) WHERE open = 0 AND approval_number IS NOT NULL;
CREATE INDEX closed_by_last_four ON transactions (last_four) WHERE open = 0 AND last_four IS NOT NULL;
-- Each day has the same numbers, and many cost the same.
CREATE INDEX closed_by_order_number ON transactions (order_number COLLATE NOCASE, facets)
    WHERE open = 0 AND order_number IS NOT NULL;
CREATE INDEX closed_by_total ON transactions (total_won, facets) WHERE open = 0;
CREATE INDEX closed_by_card ON transactions (card_won, facets) WHERE open = 0 AND card_won > 0 AND card_won <> total_won;
CREATE INDEX closed_by_coupon ON transactions (coupon_won, facets) WHERE open = 0 AND coupon_won > 0;
CREATE INDEX closed_by_points ON transactions (points_won, facets) WHERE open = 0 AND points_won > 0;
CREATE INDEX closed_by_gift_card ON transactions (gift_card_won, facets) WHERE open = 0 AND gift_card_won > 0;
-- What never got a number counts for the day on which it was opened.
CREATE INDEX unnumbered_by_time ON transactions (opened_ms) WHERE open = 0 AND business_day IS NULL;

INSERT INTO compatibility (migration, oldest_usable) VALUES (4, '0.1.0');
