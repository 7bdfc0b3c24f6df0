-- migrate:up
-- At an erasure the living people's keys are written anew: TRUNCATE, which is the service's right (shared/db.py), then all
-- of them. In which order does not matter, and a dump may see a key without its person.
ALTER TABLE person_key DROP CONSTRAINT person_key_person_id_fkey;

-- migrate:down
DELETE FROM person_key WHERE person_id NOT IN (SELECT id FROM person);
ALTER TABLE person_key ADD FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE;
