-- migrate:up
-- Whatever is asked as the reading role of a kommune, only its own rows are there; without a kommune, none (ADR 12).
CREATE INDEX aggregate_placement_kommune ON aggregate ((state->>'kommune')) WHERE kind = 'placement';
ALTER TABLE aggregate ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON aggregate TO la_followup USING (true);
CREATE POLICY kommune ON aggregate FOR SELECT TO la_followup_kommune USING (
    kind = 'placement'
    AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

-- migrate:down
DROP POLICY kommune ON aggregate;
DROP POLICY service ON aggregate;
ALTER TABLE aggregate DISABLE ROW LEVEL SECURITY;
DROP INDEX aggregate_placement_kommune;
