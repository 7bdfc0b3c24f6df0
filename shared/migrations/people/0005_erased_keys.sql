-- migrate:up
-- At an erasure the living people's keys are written anew (TRUNCATE, then all of them): in which order does not matter,
-- and a dump may see a key without its person.
ALTER TABLE person_key DROP CONSTRAINT person_key_person_id_fkey;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'la_' || current_schema()) THEN
        EXECUTE format('GRANT TRUNCATE ON person_key TO %I', 'la_' || current_schema());
    END IF;
END $$;

-- migrate:down
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'la_' || current_schema()) THEN
        EXECUTE format('REVOKE TRUNCATE ON person_key FROM %I', 'la_' || current_schema());
    END IF;
END $$;
DELETE FROM person_key WHERE person_id NOT IN (SELECT id FROM person);
ALTER TABLE person_key ADD FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE;
