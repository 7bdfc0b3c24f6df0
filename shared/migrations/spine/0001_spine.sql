-- migrate:up
-- What every service has: its aggregates, what it has read, what it will say, what waits and what failed.

CREATE TABLE aggregate (
    kind text NOT NULL,
    id text NOT NULL,
    state jsonb,                                -- null only while the transaction that locks a new key is open
    PRIMARY KEY (kind, id)
);

-- The last version said per topic and subject. Its row lock makes id order in the outbox commit order within a key.
CREATE TABLE stream (
    topic text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (topic, subject)
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE outbox_failed (
    id bigint PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    at timestamptz NOT NULL,
    error text NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION outbox_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('outbox_' || TG_TABLE_SCHEMA, '');
    RETURN NULL;
END $$;
CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_wake();

-- The last version handled per topic and subject; bounded by the number of aggregates, never pruned.
CREATE TABLE inbox (
    topic text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (topic, subject)
);

-- Messages of outsiders have no version: who said what, and a hash of the content, so that an id cannot be used twice.
CREATE TABLE seen (
    topic text NOT NULL,
    source text NOT NULL,
    id text NOT NULL,
    hash bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, source, id)
);

CREATE TABLE consumed (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Came before its prerequisite (waits_kind, waits_id), or behind another of its subject (both null).
CREATE TABLE parked (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    subject text NOT NULL,
    version bigint,
    key bytea,
    value bytea,
    headers bytea NOT NULL,                     -- JSON: list of [name, base64 or null]; a name may hold anything
    waits_kind text,
    waits_id text,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);
CREATE INDEX ON parked (topic, subject, version);
CREATE INDEX ON parked (waits_kind, waits_id);

CREATE TABLE dead_letter (
    id uuid PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    event_id text,
    event_type text,
    subject text,
    version bigint,
    key bytea,
    value bytea,                                -- null where it looked like personal data
    headers bytea,
    stage text NOT NULL,
    error text NOT NULL,                        -- a class or a code, never the exception's text
    attempts integer NOT NULL DEFAULT 1,
    first_failed_at timestamptz NOT NULL DEFAULT now(),
    last_failed_at timestamptz NOT NULL DEFAULT now(),
    build text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'refused', 'redriven', 'skipped')),
    closed_at timestamptz,
    closed_by text,
    reason text,
    UNIQUE (topic, partition, "offset")
);
CREATE INDEX ON dead_letter (topic, subject) WHERE status = 'open';

CREATE TABLE timer (
    kind text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    due timestamptz NOT NULL,
    command text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, id, name)
);
CREATE INDEX ON timer (due);

CREATE TABLE idempotency (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    response jsonb,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
);

-- migrate:down
DROP TABLE idempotency, timer, dead_letter, parked, consumed, seen, inbox, outbox_failed, outbox, stream, aggregate;
DROP FUNCTION outbox_wake;
