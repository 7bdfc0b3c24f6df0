-- migrate:up
-- Which places are at one workplace; and which were begun with a leader, since they close when that leader is erased.
CREATE INDEX aggregate_place_workplace ON aggregate ((state->>'workplace_id')) WHERE kind = 'place';

UPDATE aggregate l SET state = jsonb_set(l.state, '{places}', p.ids)
    FROM (SELECT state->>'leader_id' AS leader_id, jsonb_agg(id) AS ids FROM aggregate WHERE kind = 'place' GROUP BY 1) p
    WHERE l.kind = 'leader' AND l.id = p.leader_id AND l.state IS NOT NULL;

-- migrate:down
DROP INDEX aggregate_place_workplace;
