-- Each service's login gets the password that its secret holds, and Keycloak a database of its own. At each `up`.
\set intake `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/intake_database_url`
\set municipality_gateway `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/municipality_gateway_database_url`
\set matching `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/matching_database_url`
\set followup `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/followup_database_url`
\set metrics `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/metrics_database_url`
\set keycloak `cat /run/secrets/keycloak_database_password`
ALTER ROLE la_intake PASSWORD :'intake';
ALTER ROLE la_municipality_gateway PASSWORD :'municipality_gateway';
ALTER ROLE la_matching PASSWORD :'matching';
ALTER ROLE la_followup PASSWORD :'followup';
ALTER ROLE la_metrics PASSWORD :'metrics';

SELECT 'CREATE ROLE keycloak LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'keycloak') \gexec
ALTER ROLE keycloak PASSWORD :'keycloak';
SELECT 'CREATE DATABASE keycloak OWNER keycloak' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'keycloak') \gexec
