-- migrate:up
-- What a day may hold is found without reading what is in time: 10,000 places, a few of which are somebody's today.
CREATE INDEX aggregate_of_leader ON aggregate ((state->>'leader_id')) WHERE kind = 'place';
CREATE INDEX aggregate_open_referral ON aggregate ((state->>'place_id')) WHERE kind = 'referral' AND state->>'over' = 'false';
CREATE INDEX aggregate_checkin ON aggregate ((state->>'next_checkin')) WHERE kind = 'placement';
CREATE INDEX aggregate_hard ON aggregate (id) WHERE kind = 'challenge' AND state->>'closed' = 'false';

-- migrate:down
DROP INDEX aggregate_of_leader, aggregate_open_referral, aggregate_checkin, aggregate_hard;
