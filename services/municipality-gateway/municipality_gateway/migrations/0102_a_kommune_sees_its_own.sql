-- migrate:up
-- Whatever is asked as the reading role of a kommune, only its own rows are there; without a kommune, none (ADR 12).
ALTER TABLE aggregate ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON aggregate TO la_municipality_gateway USING (true);
CREATE POLICY kommune ON aggregate FOR SELECT TO la_municipality_gateway_kommune USING (
    kind = 'kommune' AND id = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
    OR kind = 'referral'
        AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

ALTER TABLE reply ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON reply TO la_municipality_gateway USING (true);
CREATE POLICY kommune ON reply FOR SELECT TO la_municipality_gateway_kommune USING (
    kommune = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

-- migrate:down
DROP POLICY kommune ON reply;
DROP POLICY service ON reply;
ALTER TABLE reply DISABLE ROW LEVEL SECURITY;
DROP POLICY kommune ON aggregate;
DROP POLICY service ON aggregate;
ALTER TABLE aggregate DISABLE ROW LEVEL SECURITY;
