-- migrate:up
-- Contact data of leaders, colleagues and municipal staff: sealed under a key per person, erased by destroying the key.

CREATE TABLE person (
    id uuid PRIMARY KEY,
    sealed bytea NOT NULL,                      -- AES-256-GCM: nonce, ciphertext, tag; the id is authenticated with it
    sealed_at timestamptz NOT NULL DEFAULT now()
);

-- Vacuumed as soon as one key is gone: until then the page still holds it.
CREATE TABLE person_key (
    person_id uuid PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    wrapped bytea NOT NULL                      -- AES key wrap (RFC 3394) under the master key, which is not in here
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);

-- Finds the same e-mail or phone again without holding it. Not unique: colleagues share a switchboard.
CREATE TABLE person_hash (
    person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    kind text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (person_id, kind)
);
CREATE INDEX person_hash_hash ON person_hash (kind, hash);

-- Who read what about whom. No foreign key: it outlives the person's erasure.
CREATE TABLE access_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL,
    reader text NOT NULL,
    role text NOT NULL,
    route text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    correlation_id text
);
CREATE INDEX access_log_person ON access_log (person_id, id);

-- migrate:down
DROP TABLE access_log, person_hash, person_key, person;
