#!/bin/sh
# Makes the secrets that deploy/compose.yaml reads, each where it is missing: sh deploy/secrets.sh [FOLDER]
set -eu
umask 077
folder="${1:-$(dirname "$0")/secrets}"
mkdir -p "$folder"
cd "$folder"

keep() { # containers read a file as nobody; the folder keeps everybody else of this machine out
    [ -e "$1" ] && return
    printf '%s\n' "$2" > "$1.new"
    chmod 444 "$1.new"
    mv "$1.new" "$1"
}
password() { openssl rand -hex 24; }
key() { openssl rand -base64 32; }

keep postgres_password "$(password)"
keep admin_database_url "postgresql://postgres:$(cat postgres_password)@postgres:5432/lederalliancen"
for service in intake municipality_gateway matching followup metrics; do
    keep "${service}_database_url" "postgresql://la_$service:$(password)@postgres:5432/lederalliancen"
done
keep intake_master_key "$(key)"
keep municipality_gateway_master_key "$(key)"
keep session_key "$(key)"
for name in oidc_client_secret metrics_token keycloak_database_password keycloak_admin_password grafana_admin_password; do
    keep "$name" "$(password)"
done
keep smtp_url "" # empty: no mail goes out. smtps://user:password@host
