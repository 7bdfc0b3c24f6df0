-- migrate:up
-- A name is found by its words: a hash for each. Who was sealed before is found by name once sealed or rotated anew.
ALTER TABLE person_hash DROP CONSTRAINT person_hash_pkey, ADD PRIMARY KEY (person_id, kind, hash);

-- migrate:down
DELETE FROM person_hash WHERE kind = 'name';
ALTER TABLE person_hash DROP CONSTRAINT person_hash_pkey, ADD PRIMARY KEY (person_id, kind);
