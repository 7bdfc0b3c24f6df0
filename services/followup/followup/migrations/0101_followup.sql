-- migrate:up
CREATE INDEX aggregate_placement_place ON aggregate ((state->>'place_id')) WHERE kind = 'placement';
CREATE INDEX aggregate_placement_next ON aggregate ((state->'plan'->0->>'on')) WHERE kind = 'placement';
CREATE INDEX aggregate_placement_paused ON aggregate (id) WHERE kind = 'placement' AND state->>'state' = 'paused';
CREATE INDEX aggregate_place_company ON aggregate ((state->>'company_id')) WHERE kind = 'place';
CREATE INDEX aggregate_challenge_open ON aggregate ((state->>'raised_at'))
    WHERE kind = 'challenge' AND NOT (state->>'closed')::boolean;
CREATE INDEX aggregate_challenge_placement ON aggregate ((state->>'placement_id')) WHERE kind = 'challenge';
CREATE INDEX aggregate_intervention_placement ON aggregate ((state->>'placement_id')) WHERE kind = 'intervention';

-- migrate:down
DROP INDEX aggregate_placement_place, aggregate_placement_next, aggregate_placement_paused, aggregate_place_company,
    aggregate_challenge_open, aggregate_challenge_placement, aggregate_intervention_placement;
