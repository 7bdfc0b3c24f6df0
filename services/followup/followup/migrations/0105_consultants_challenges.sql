-- migrate:up
-- What the consultants who have been here are called: their colleagues choose by name whom work is handed over to.
CREATE TABLE consultant_name (
    sub text PRIMARY KEY,
    name text NOT NULL,
    seen_on date NOT NULL
);

-- What is hard about a place or a company is shown there.
CREATE INDEX aggregate_challenge_about ON aggregate ((state->>'about_id')) WHERE kind = 'challenge';

-- migrate:down
DROP INDEX aggregate_challenge_about;
DROP TABLE consultant_name;
