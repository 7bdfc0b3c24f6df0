-- migrate:up
CREATE INDEX aggregate_placement_leader ON aggregate ((state->>'leader_id')) WHERE kind = 'placement';
CREATE INDEX aggregate_challenge_code ON aggregate ((state->>'code')) WHERE kind = 'challenge';
CREATE INDEX aggregate_intervention_challenge ON aggregate ((state->>'challenge_id')) WHERE kind = 'intervention';

-- migrate:down
DROP INDEX aggregate_placement_leader, aggregate_challenge_code, aggregate_intervention_challenge;
