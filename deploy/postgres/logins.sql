-- Each service's login gets the password that its secret holds, as often as it is run.
\set intake `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/intake_database_url`
\set municipality_gateway `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/municipality_gateway_database_url`
\set matching `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/matching_database_url`
\set followup `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/followup_database_url`
\set metrics `sed 's|.*://[^:]*:\([^@]*\)@.*|\1|' /run/secrets/metrics_database_url`
ALTER ROLE la_intake PASSWORD :'intake';
ALTER ROLE la_municipality_gateway PASSWORD :'municipality_gateway';
ALTER ROLE la_matching PASSWORD :'matching';
ALTER ROLE la_followup PASSWORD :'followup';
ALTER ROLE la_metrics PASSWORD :'metrics';
