-- migrate:up
-- Which company has a CVR number, and which workplace a P-number (or CVR and postal code): their ids tell nothing.
-- Gone with the last of a company's people.
CREATE TABLE register (
    number text PRIMARY KEY,                    -- cvr:13585628, workplace:1003388394, workplace:13585628-6700
    id uuid NOT NULL,
    company_id uuid NOT NULL
);
CREATE INDEX register_company ON register (company_id);
CREATE INDEX aggregate_again ON aggregate ((state->'again'->>'id')) WHERE kind = 'leader';

INSERT INTO register (number, id, company_id)
    SELECT DISTINCT ON (state->>'cvr') 'cvr:' || (state->>'cvr'), id::uuid, id::uuid
    FROM aggregate WHERE kind = 'company' AND state IS NOT NULL;
UPDATE aggregate c SET state = jsonb_set(c.state, '{people}', p.ids)
    FROM (SELECT state->>'company_id' AS company_id, jsonb_agg(id) AS ids FROM aggregate
          WHERE kind IN ('leader', 'colleague') AND id::uuid IN (SELECT id FROM person) GROUP BY 1) p
    WHERE c.kind = 'company' AND c.id = p.company_id;

-- migrate:down
DROP INDEX aggregate_again;
DROP TABLE register;
