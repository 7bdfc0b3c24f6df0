-- migrate:up
-- Whatever is asked as the reading role of a kommune, only its own rows are there; without a kommune, none (ADR 12).
CREATE INDEX aggregate_match_kommune ON aggregate ((state->>'kommune')) WHERE kind = 'match';
ALTER TABLE aggregate ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON aggregate TO la_matching USING (true);
CREATE POLICY kommune ON aggregate FOR SELECT TO la_matching_kommune USING (
    kind = 'match'
    AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

-- migrate:down
DROP POLICY kommune ON aggregate;
DROP POLICY service ON aggregate;
ALTER TABLE aggregate DISABLE ROW LEVEL SECURITY;
DROP INDEX aggregate_match_kommune;
