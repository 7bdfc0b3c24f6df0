-- migrate:up
CREATE INDEX aggregate_leader_call ON aggregate ((state->>'next_call_on')) WHERE kind = 'leader';
CREATE INDEX aggregate_place_leader ON aggregate ((state->>'leader_id')) WHERE kind = 'place';

-- One leader per e-mail address, decided by the database; erased with the person.
CREATE TABLE leader_email (
    hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE
);

-- migrate:down
DROP TABLE leader_email;
DROP INDEX aggregate_leader_call, aggregate_place_leader;
