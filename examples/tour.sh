#!/bin/sh
# A tour of `gapi call`. `cargo test -p gapi-cli` runs it against embedded servers, whose addresses and key are in variables:
# SERVER has Cloud SQL and Drive, STORAGE has Cloud Storage. With real ones, the functions would need neither.
set -eu

sql() { gapi call --endpoint-url "$SERVER" --credentials key.json sqladmin:v1 "$@"; }
drive() { gapi call --endpoint-url "$SERVER" --credentials key.json drive:v3 "$@"; }
storage() { gapi call --endpoint-url "$STORAGE" --anonymous storage:v1 "$@"; }
step() { printf '\n# %s\n' "$1"; }

step "The names of all instances"
sql instances.list example-123 --all --format value --columns name | sort

step "A new one, as soon as it is there"
sql instances.insert example-123 --set name=tour --set databaseVersion=POSTGRES_17 --set region=europe-west1 \
  --set settings.tier=db-f1-micro --wait --format value --columns operationType,status

step "What a change would send"
sql instances.patch example-123 tour --set settings.userLabels.team=blue --set-json maintenanceVersion=null --dry-run | tail -n 1

step "The change, and its effect"
sql instances.patch example-123 tour --set settings.userLabels.team=blue --wait --format value --columns status
sql instances.get example-123 tour --columns name,settings.tier,settings.userLabels.team

step "A mistake costs nothing"
if sql instances.patch example-123 tour --set setings.tier=x 2> mistake.txt; then exit 1; fi
cat mistake.txt

step "An error for programs"
sql instances.get example-123 missing --error-format json 2> error.json || echo "status $?"

step "Files, as CSV"
drive files.list --all --format csv --columns name,mimeType --fields 'files(name,mimeType)' | head -n 3

step "An upload from a pipe, and its download"
echo "from the tour" | storage objects.insert bucket --name notes/tour.txt --upload - --upload-type text/plain > object.json
storage objects.get bucket notes/tour.txt --media -o -

step "Something for each of them"
sql instances.list example-123 --all --format value --columns name,region | while read -r name region; do
  echo "$name is in $region"
done

step "The end"
sql instances.delete example-123 tour --wait --format value --columns status
