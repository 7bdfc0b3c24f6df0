-- migrate:up
-- Where a journey began: the kommune, the leader's kick-off, and which it follows (a place its leader's, a referral and
-- a match their place's). Null where it is not known, as of what was noted before: `lederalliancen rebuild metrics`.
ALTER TABLE moment ADD COLUMN kommune text, ADD COLUMN kickoff text, ADD COLUMN follows text;
CREATE INDEX moment_follows ON moment (follows) WHERE kind = 'agreed';

-- migrate:down
ALTER TABLE moment DROP COLUMN kommune, DROP COLUMN kickoff, DROP COLUMN follows;
