-- migrate:up
-- Whatever is asked as the reading role of a kommune, only its own rows are there; without a kommune, none (ADR 12).
ALTER TABLE aggregate ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON aggregate TO la_intake USING (true);
CREATE POLICY kommune ON aggregate FOR SELECT TO la_intake_kommune USING (
    kind = 'referral'
    AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

-- migrate:down
DROP POLICY kommune ON aggregate;
DROP POLICY service ON aggregate;
ALTER TABLE aggregate DISABLE ROW LEVEL SECURITY;
