-- migrate:up
-- What was counted, and how much of it was entered in error. A counter never falls: `value - corrected` is what holds.
CREATE TABLE total (
    counter text NOT NULL,
    labels jsonb NOT NULL,                      -- values, in the order in which figures.py declares the names
    value bigint NOT NULL,
    corrected bigint NOT NULL,
    PRIMARY KEY (counter, labels)
);

-- When a kind of event first happened (ce_time) on the journey `key`; `thing` is what may turn out entered in error.
CREATE TABLE moment (
    kind text NOT NULL,
    key text NOT NULL,
    thing text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (kind, key, thing)
);

CREATE INDEX aggregate_placement_match ON aggregate ((state->>'match_id')) WHERE kind = 'placement';
CREATE INDEX aggregate_in_error ON aggregate (id) WHERE state->>'in_error' = 'true';

-- migrate:down
DROP INDEX aggregate_placement_match, aggregate_in_error;
DROP TABLE total, moment;
