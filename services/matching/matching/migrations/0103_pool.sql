-- migrate:up
-- Those for whom places are suggested: columns, so that it stands here what is kept of a young person, and for 30 days.
CREATE TABLE pool (
    kommune text NOT NULL,
    candidate_id uuid NOT NULL,
    age_band text NOT NULL,
    hours double precision NOT NULL,
    times_of_day text[] NOT NULL,
    strengths text[] NOT NULL,
    interests text[] NOT NULL,
    support text[] NOT NULL,
    reach int NOT NULL,
    forms text[] NOT NULL,
    from_ date NOT NULL,
    registered_on date NOT NULL,  -- in the calendar of the domain: suggested from then on
    at timestamptz NOT NULL DEFAULT now(),  -- by the clock: pruned
    PRIMARY KEY (kommune, candidate_id)
);
CREATE INDEX pool_candidate ON pool (candidate_id);
CREATE INDEX pool_at ON pool (at);
ALTER TABLE pool ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON pool TO la_matching USING (true);
CREATE POLICY kommune ON pool FOR SELECT TO la_matching_kommune USING (
    kommune = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

CREATE INDEX aggregate_referral_place ON aggregate ((state->>'place_id')) WHERE kind = 'referral';
CREATE INDEX aggregate_referral_kommune ON aggregate ((state->>'kommune')) WHERE kind = 'referral';
CREATE INDEX aggregate_match_open ON aggregate ((state->>'leader_id'))
    WHERE kind = 'match' AND state->>'state' = 'proposed';
DROP POLICY kommune ON aggregate;
CREATE POLICY kommune ON aggregate FOR SELECT TO la_matching_kommune USING (
    kind IN ('match', 'referral')
    AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);

-- migrate:down
DROP POLICY kommune ON aggregate;
CREATE POLICY kommune ON aggregate FOR SELECT TO la_matching_kommune USING (
    kind = 'match'
    AND state->>'kommune' = ANY (string_to_array(current_setting('lederalliancen.kommuner', true), ','))
);
DROP INDEX aggregate_match_open;
DROP INDEX aggregate_referral_kommune;
DROP INDEX aggregate_referral_place;
DROP TABLE pool;
