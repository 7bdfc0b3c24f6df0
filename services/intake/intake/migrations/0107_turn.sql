-- migrate:up
-- Whose turn it is with what waits for a consultant, now or later: one row each, so that a day is counted and put in
-- order without reading what is in time.
CREATE TABLE turn (
    thing text NOT NULL,
    id text NOT NULL,
    what text NOT NULL,
    since date NOT NULL,
    due date,
    by date,
    PRIMARY KEY (thing, id)
);
CREATE INDEX turn_due ON turn (due);
CREATE INDEX turn_what ON turn (what) WHERE what IN ('with-kommune', 'searching', 'asking', 'mail-refused');

-- What has changed since. Each change is a row of its own: two that change the same thing do not wait for each other,
-- and none is lost while another one is being read.
CREATE TABLE turned (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    id text NOT NULL
);
CREATE FUNCTION note_turned() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO turned (kind, id) SELECT kind, id FROM changed WHERE state IS NOT NULL
        AND kind IN ('leader', 'colleague', 'place', 'referral', 'match', 'placement', 'challenge');
    RETURN NULL;
END $$;
CREATE TRIGGER note_inserted AFTER INSERT ON aggregate REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_turned();
CREATE TRIGGER note_updated AFTER UPDATE ON aggregate REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_turned();
INSERT INTO turned (kind, id) SELECT kind, id FROM aggregate
    WHERE kind IN ('leader', 'place', 'referral', 'match', 'placement', 'challenge') AND state IS NOT NULL;

DROP INDEX aggregate_day, aggregate_open_referral, aggregate_checkin, aggregate_hard, aggregate_place_leader;
CREATE INDEX aggregate_of_company ON aggregate ((state->>'company_id')) WHERE kind IN ('leader', 'placement');

-- migrate:down
DROP INDEX aggregate_of_company;
CREATE INDEX aggregate_place_leader ON aggregate ((state->>'leader_id')) WHERE kind = 'place';
CREATE INDEX aggregate_day ON aggregate (kind, (state->>'state')) WHERE kind IN ('place', 'match', 'placement');
CREATE INDEX aggregate_open_referral ON aggregate ((state->>'place_id')) WHERE kind = 'referral' AND state->>'over' = 'false';
CREATE INDEX aggregate_checkin ON aggregate ((state->>'next_checkin')) WHERE kind = 'placement';
CREATE INDEX aggregate_hard ON aggregate (id) WHERE kind = 'challenge' AND state->>'closed' = 'false';
DROP TRIGGER note_inserted ON aggregate;
DROP TRIGGER note_updated ON aggregate;
DROP FUNCTION note_turned;
DROP TABLE turned, turn;
