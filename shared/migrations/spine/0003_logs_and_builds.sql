-- migrate:up
-- The id beside the last version: the same version under another id is no duplicate, but a split in what was said.
ALTER TABLE inbox ADD COLUMN event_id text;

-- Which log a place in Kafka belongs to (the topic's id): a topic that is made anew counts from 0 again.
ALTER TABLE consumed ADD COLUMN log text NOT NULL DEFAULT '';
ALTER TABLE parked ADD COLUMN log text NOT NULL DEFAULT '';
ALTER TABLE parked DROP CONSTRAINT parked_pkey, ADD PRIMARY KEY (topic, log, partition, "offset");
ALTER TABLE dead_letter ADD COLUMN log text NOT NULL DEFAULT '';
ALTER TABLE dead_letter DROP CONSTRAINT dead_letter_topic_partition_offset_key,
    ADD CONSTRAINT dead_letter_place UNIQUE (topic, log, partition, "offset");

-- A timer that failed has no place in Kafka.
ALTER TABLE dead_letter ALTER COLUMN topic DROP NOT NULL, ALTER COLUMN partition DROP NOT NULL,
    ALTER COLUMN "offset" DROP NOT NULL,
    ADD COLUMN timer_kind text, ADD COLUMN timer_id text, ADD COLUMN timer_name text, ADD COLUMN timer_due timestamptz,
    ADD CONSTRAINT dead_letter_is_one CHECK ((topic IS NULL) = (timer_due IS NOT NULL)),
    ADD CONSTRAINT dead_letter_timer UNIQUE (timer_kind, timer_id, timer_name, timer_due);

-- The shape of the document: a build that knows only a lower one does not touch it.
ALTER TABLE aggregate ADD COLUMN shape integer NOT NULL DEFAULT 1;

-- Since when (real time) a build that does not know the command has left it to one that does.
ALTER TABLE timer ADD COLUMN left_at timestamptz;

-- How far our own topics were written by this database: what is beyond was said by one that has been lost.
CREATE TABLE said (
    topic text NOT NULL,
    partition integer NOT NULL,
    log text NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- migrate:down
DROP TABLE said;
ALTER TABLE timer DROP COLUMN left_at;
ALTER TABLE aggregate DROP COLUMN shape;
DELETE FROM dead_letter WHERE topic IS NULL;
ALTER TABLE dead_letter DROP CONSTRAINT dead_letter_is_one, DROP CONSTRAINT dead_letter_timer,
    DROP COLUMN timer_kind, DROP COLUMN timer_id, DROP COLUMN timer_name, DROP COLUMN timer_due,
    ALTER COLUMN topic SET NOT NULL, ALTER COLUMN partition SET NOT NULL, ALTER COLUMN "offset" SET NOT NULL,
    DROP CONSTRAINT dead_letter_place, DROP COLUMN log, ADD UNIQUE (topic, partition, "offset");
ALTER TABLE parked DROP CONSTRAINT parked_pkey, DROP COLUMN log, ADD PRIMARY KEY (topic, partition, "offset");
ALTER TABLE consumed DROP COLUMN log;
ALTER TABLE inbox DROP COLUMN event_id;
