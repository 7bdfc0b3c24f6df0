-- migrate:up
-- What has come of a referral, for its page: matches, placements, stages, where help is wanted, and what was answered.
UPDATE aggregate part SET state = part.state || jsonb_build_object('referral_id', placement.state->'referral_id')
FROM aggregate placement
WHERE part.kind IN ('stage', 'challenge') AND placement.kind = 'placement'
    AND placement.id = part.state->>'placement_id';
CREATE INDEX aggregate_of_referral ON aggregate ((state->>'referral_id'))
    WHERE kind IN ('match', 'placement', 'stage', 'challenge');
CREATE INDEX aggregate_match_candidate ON aggregate ((state->>'candidate_id')) WHERE kind = 'match';
ALTER TABLE reply ADD COLUMN about text;        -- the id that it is about
CREATE INDEX reply_about ON reply (about, at);

-- migrate:down
DROP INDEX reply_about;
ALTER TABLE reply DROP COLUMN about;
DROP INDEX aggregate_match_candidate, aggregate_of_referral;
