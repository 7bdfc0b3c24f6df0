-- migrate:up
-- What the consultants who have been here are called: their colleagues choose by name whom work is handed over to.
CREATE TABLE consultant_name (
    sub text PRIMARY KEY,
    name text NOT NULL,
    seen_on date NOT NULL
);

-- What is hard about a place or a company is shown there.
CREATE INDEX aggregate_challenge_about ON aggregate ((state->>'about_id')) WHERE kind = 'challenge';

-- The day's list: in its order, where much is due; by what is due, where little is.
CREATE INDEX aggregate_agenda ON aggregate
    ((coalesce(state->'attention', '[]') = '[]'), (state->'plan'->0->>'on'), id) WHERE kind = 'placement';
CREATE INDEX aggregate_due ON aggregate ((state->'plan'->0->>'on')) WHERE kind = 'placement';
CREATE INDEX aggregate_stands_still ON aggregate (id)
    WHERE kind = 'placement' AND state->>'state' = 'paused' AND state->>'reason' = 'approval-expired';

-- migrate:down
DROP INDEX aggregate_agenda, aggregate_due, aggregate_stands_still;
DROP INDEX aggregate_challenge_about;
DROP TABLE consultant_name;
