-- migrate:up
-- Of a timer that is the same decision, going on at once: the trace that it belongs to.
ALTER TABLE timer ADD COLUMN traceparent text;

-- migrate:down
ALTER TABLE timer DROP COLUMN traceparent;
