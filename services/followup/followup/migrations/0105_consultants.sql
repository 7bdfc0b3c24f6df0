-- migrate:up
-- What the consultants who have been here are called: their colleagues choose by name whom work is handed over to.
CREATE TABLE consultant_name (
    sub text PRIMARY KEY,
    name text NOT NULL,
    seen_on date NOT NULL
);

-- migrate:down
DROP TABLE consultant_name;
