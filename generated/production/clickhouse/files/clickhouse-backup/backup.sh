#!/bin/sh
# Takes one full backup, waits until it is complete, then deletes the oldest beyond KEEP (DESTINATION=volume).
# Safe to kill and to repeat: a backup that still runs on the server is waited for, not started twice.
set -eu

WORK="${WORK:-/tmp}"
SCRIPTS="${SCRIPTS:-$(dirname "$0")}"
# shellcheck source=packages/clickhouse/src/aspects_clickhouse/apps/backup/statements.sh
. "$SCRIPTS/statements.sh"

databases() {
    if [ -n "$DATABASES" ]; then
        printf '%s' "$DATABASES"
    else
        sql "SELECT name FROM system.databases WHERE name NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') AND name IN (SELECT DISTINCT database FROM system.tables)" | tr '\n' ' '
    fi
}

begin() {
    name="$(sql "SELECT formatDateTime(now('UTC'), 'clickhouse-%Y%m%dT%H%i%SZ')")"
    chosen="$(databases)"
    # shellcheck disable=SC2086 # names hold letters, digits and underscores only
    list="$(objects $chosen)"
    [ -n "$list" ] || fail "there is no database to back up"
    where="$(location "$name")"
    say "backup $name: $chosen"
    start "BACKUP $list TO $where SETTINGS id = '$name' ASYNC"
}

# Lists the complete ($1 = yes) or incomplete backups on the volume, oldest first.
on_volume() {
    for path in "$BACKUP_DIRECTORY"/clickhouse-*Z; do
        [ -d "$path" ] || continue
        # the server writes .backup last
        if [ -f "$path/.backup" ]; then complete=yes; else complete=no; fi
        if [ "$complete" = "$1" ]; then basename "$path"; fi
    done | sort
}

prune() {
    surplus=$(($(on_volume yes | wc -l) - KEEP))
    { on_volume no; on_volume yes | head -n "$((surplus > 0 ? surplus : 0))"; } | while read -r old; do
        say "deleting $old"
        rm -rf -- "${BACKUP_DIRECTORY:?}/$old"
    done
    say "on the volume now: $(on_volume yes | tr '\n' ' ')"
}

name="$(sql "SELECT id FROM system.backups WHERE status = 'CREATING_BACKUP' AND startsWith(id, 'clickhouse-') ORDER BY start_time LIMIT 1")"
if [ -n "$name" ]; then
    say "backup $name still runs; waiting for it"
else
    begin
fi
await "$name" BACKUP_CREATED
say "backup $name is complete: $(sql "SELECT concat(toString(num_files), ' files, ', formatReadableSize(total_size)) FROM system.backups WHERE id = '$name'")"
if [ "$DESTINATION" = volume ]; then prune; fi
