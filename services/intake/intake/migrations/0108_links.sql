-- migrate:up
-- A leader's way to her page out of a mail. Who reads this cannot open it: it is the token's SHA-256.
-- Erased with the person; `target` is the page of ours that the mail is about.
CREATE TABLE link (
    hash bytea PRIMARY KEY,
    leader_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    target text NOT NULL,
    until timestamptz NOT NULL                  -- of the domain's clock
);
CREATE INDEX link_leader ON link (leader_id);
CREATE INDEX link_until ON link (until);

-- migrate:down
DROP TABLE link;
