-- migrate:up
CREATE INDEX aggregate_placement_consultant ON aggregate ((state->>'consultant')) WHERE kind = 'placement';
CREATE INDEX aggregate_placement_attention ON aggregate (id) WHERE kind = 'placement' AND state->'attention' <> '[]';
CREATE UNIQUE INDEX aggregate_certificate_code ON aggregate ((state->>'code')) WHERE kind = 'certificate';

-- migrate:down
DROP INDEX aggregate_placement_consultant, aggregate_placement_attention, aggregate_certificate_code;
