-- migrate:up
-- When the broker wrote a record down: what was said in time counts, also when it is handled again much later.
ALTER TABLE dead_letter ADD COLUMN said_at timestamptz;

-- migrate:down
ALTER TABLE dead_letter DROP COLUMN said_at;
