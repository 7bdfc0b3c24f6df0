-- migrate:up
CREATE INDEX aggregate_match_place ON aggregate ((state->>'place_id')) WHERE kind = 'match';

-- migrate:down
DROP INDEX aggregate_match_place;
