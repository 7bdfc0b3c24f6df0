-- migrate:up
-- A kommune knows its open referrals, so that they can go to another when the one who was asked leaves.
INSERT INTO aggregate (kind, id, state)
SELECT 'kommune', state->>'kommune', jsonb_build_object('id', state->>'kommune', 'open', jsonb_agg(id))
FROM aggregate
WHERE kind = 'referral'
    AND state->>'state' NOT IN ('completed', 'rejected', 'failed', 'cancelled', 'entered-in-error')
GROUP BY state->>'kommune'
ON CONFLICT (kind, id) DO UPDATE SET state = aggregate.state || jsonb_build_object('open', excluded.state->'open');

-- What a consultant's day asks for each time.
CREATE INDEX aggregate_referral_open ON aggregate ((state->>'state')) WHERE kind = 'referral';
CREATE INDEX aggregate_place_nobody ON aggregate (id) WHERE kind = 'place' AND state->>'nobody_left' = 'true';

-- migrate:down
DROP INDEX aggregate_place_nobody, aggregate_referral_open;
UPDATE aggregate SET state = state - 'open' WHERE kind = 'kommune';
