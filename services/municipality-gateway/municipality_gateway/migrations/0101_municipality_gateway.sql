-- migrate:up
CREATE INDEX aggregate_referral_place ON aggregate ((state->>'place_id')) WHERE kind = 'referral';
CREATE INDEX aggregate_referral_kommune ON aggregate ((state->>'kommune'), (state->>'sent_on')) WHERE kind = 'referral';

-- What a kommune replied and how it was answered. One given over HTTP is `pending` until it has come in through Kafka.
CREATE TABLE reply (
    kommune text NOT NULL,
    source text NOT NULL,
    id text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'taken', 'refused')),
    hash bytea,                                 -- of the body given over HTTP: the same id with another one is refused
    given_by text,
    what text,
    field text,
    rule text,
    da text,
    en text,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kommune, source, id)
);
CREATE INDEX reply_pending ON reply (kommune) WHERE state = 'pending';
CREATE INDEX reply_by_id ON reply (kommune, id, at);

-- migrate:down
DROP TABLE reply;
DROP INDEX aggregate_referral_place, aggregate_referral_kommune;
