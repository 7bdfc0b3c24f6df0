-- migrate:up
-- What is to be told by mail: to whom (an id; the address is opened at sending), with which words, about what.
-- No young person: `about` holds ids of referrals, places and placements, codes and dates.
CREATE TABLE mail (
    id uuid PRIMARY KEY,                        -- also its Message-ID, however often it is tried
    template text NOT NULL,
    person_id uuid NOT NULL,
    about jsonb NOT NULL,
    language text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(), -- not tried before; while it is tried, when another one may
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'void', 'given-up')),
    done_at timestamptz
);
CREATE INDEX mail_waiting ON mail (next_at, id) WHERE state = 'waiting';
CREATE INDEX mail_done ON mail (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX mail_person ON mail (person_id, template, at);

-- migrate:down
DROP TABLE mail;
