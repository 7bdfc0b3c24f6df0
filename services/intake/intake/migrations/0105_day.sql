-- migrate:up
-- What is due today is found by its place and by what is not over.
CREATE INDEX aggregate_of_place ON aggregate (kind, (state->>'place_id'));
CREATE INDEX aggregate_day ON aggregate (kind, (state->>'state')) WHERE kind IN ('place', 'match', 'placement');

-- migrate:down
DROP INDEX aggregate_of_place, aggregate_day;
