-- migrate:up
-- A link without an account: for one contact and one referral. Who reads this cannot open it: it is the token's SHA-256.
CREATE TABLE link (
    hash bytea PRIMARY KEY,
    referral_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    made_at timestamptz NOT NULL,               -- of the domain's clock, like `until`
    until timestamptz NOT NULL
);
CREATE INDEX link_until ON link (until);

-- Who holds one sees that referral alone, and what was given with it.
ALTER POLICY kommune ON aggregate USING (
    kind = 'kommune' AND id = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
    OR kind = 'referral'
        AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
        AND (coalesce(current_setting('lederalliancen.referral', true), '') = ''
             OR id = current_setting('lederalliancen.referral', true))
);
ALTER POLICY kommune ON reply USING (
    kommune = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
    AND (coalesce(current_setting('lederalliancen.referral', true), '') = ''
         OR given_by LIKE 'link:%/' || current_setting('lederalliancen.referral', true))
);

-- migrate:down
ALTER POLICY kommune ON reply USING (
    kommune = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);
ALTER POLICY kommune ON aggregate USING (
    kind = 'kommune' AND id = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
    OR kind = 'referral'
        AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);
DROP TABLE link;
