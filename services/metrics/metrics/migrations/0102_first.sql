-- migrate:up
-- Whether it is the first of its journey, as its producer says: only these make a duration in the histogram.
ALTER TABLE moment ADD COLUMN first boolean NOT NULL DEFAULT true;

-- migrate:down
ALTER TABLE moment DROP COLUMN first;
