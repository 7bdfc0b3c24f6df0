-- migrate:up
-- A kommune knows its open referrals, so that they can go to another when the one who was asked leaves.
INSERT INTO aggregate (kind, id, state)
SELECT 'kommune', state->>'kommune', jsonb_build_object('id', state->>'kommune', 'open', jsonb_agg(id))
FROM aggregate
WHERE kind = 'referral'
    AND state->>'state' NOT IN ('completed', 'rejected', 'failed', 'cancelled', 'entered-in-error')
GROUP BY state->>'kommune'
ON CONFLICT (kind, id) DO UPDATE SET state = aggregate.state || jsonb_build_object('open', excluded.state->'open');

-- migrate:down
UPDATE aggregate SET state = state - 'open' WHERE kind = 'kommune';
