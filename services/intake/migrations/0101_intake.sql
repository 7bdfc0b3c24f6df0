-- migrate:up
CREATE INDEX aggregate_leader_call ON aggregate ((state->>'next_call_on')) WHERE kind = 'leader';
CREATE INDEX aggregate_place_leader ON aggregate ((state->>'leader_id')) WHERE kind = 'place';

-- migrate:down
DROP INDEX aggregate_leader_call, aggregate_place_leader;
