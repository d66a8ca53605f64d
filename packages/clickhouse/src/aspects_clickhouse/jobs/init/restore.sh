#!/bin/sh
# Restores one backup. EXISTING=refuse stops when a table holds rows; EXISTING=replace drops $DATABASES first.
# Safe to repeat: a restore that still runs on the server is waited for, and a backup that was restored is left
# alone. The mark is the comment of each database, so it goes with the data it speaks of.
set -eu

WORK="${WORK:-/tmp}"
SCRIPTS="${SCRIPTS:-$(dirname "$0")}"
# shellcheck source=packages/clickhouse/src/aspects_clickhouse/apps/backup/statements.sh
. "$SCRIPTS/statements.sh"

on_cluster="${CLUSTER:+ON CLUSTER \`$CLUSTER\`}"

# Prints the condition that a table is one that the restore would write.
affected() {
    if [ -z "$DATABASES" ]; then
        printf "database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')"
        return
    fi
    names=''
    for database in $DATABASES; do
        names="${names:+$names, }'$database'"
    done
    printf 'database IN (%s)' "$names"
}

own_databases() {
    sql "SELECT name FROM system.databases WHERE name NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') AND name IN (SELECT DISTINCT database FROM system.tables)"
}

mark_restored() {
    marked="${DATABASES:-$(own_databases)}"
    for database in $marked; do
        if ! sql "ALTER DATABASE \`$database\` MODIFY COMMENT '$mark'" 2>"$WORK/error"; then
            say "could not mark $database: set restore.enabled to false before the next build" >&2
        fi
    done
}

refuse_rows() {
    filled="$(sql "SELECT concat(database, '.', name, ' (', toString(total_rows), ' rows)') FROM system.tables WHERE $(affected) AND engine LIKE '%MergeTree' AND total_rows > 0 ORDER BY 1 LIMIT 20")"
    [ -z "$filled" ] || fail "tables hold rows, nothing was changed. Restore elsewhere, or set restore.existing to replace and name the databases:
$filled"
}

drop() {
    for database in $DATABASES; do
        say "dropping database $database"
        sql "DROP DATABASE IF EXISTS \`$database\` $on_cluster SYNC SETTINGS max_table_size_to_drop = 0"
    done
}

begin() {
    where="$(location "$BACKUP")"
    case "$EXISTING" in
        refuse) refuse_rows ;;
        replace)
            [ -n "$DATABASES" ] || fail "replace needs the names of the databases"
            drop
            ;;
        *) fail "EXISTING must be refuse or replace, found '$EXISTING'" ;;
    esac
    # shellcheck disable=SC2086 # names hold letters, digits and underscores only
    list="$(objects $DATABASES)"
    say "restoring ${DATABASES:-everything} from $BACKUP"
    start "RESTORE ${list:-ALL} $on_cluster FROM $where SETTINGS id = '$id' ASYNC"
}

mark="restored from $BACKUP"
# an assignment, so that a server that does not answer ends the script instead of looking unmarked
done_before="$(sql "SELECT name FROM system.databases WHERE comment = '$mark' LIMIT 1")"
if [ -n "$done_before" ]; then
    say "$BACKUP was restored before; nothing to do. Set restore.enabled to false."
    say "To restore it once more: ALTER DATABASE \`$done_before\` MODIFY COMMENT '', for each database with that comment."
    exit 0
fi

# The server refuses an id that it has seen, even of a restore that failed: hence the time in it.
id="$(sql "SELECT id FROM system.backups WHERE status = 'RESTORING' AND startsWith(id, 'restore-') ORDER BY start_time LIMIT 1")"
if [ -n "$id" ]; then
    say "$id still runs; waiting for it"
else
    id="$(sql "SELECT concat('restore-', formatDateTime(now('UTC'), '%Y%m%dT%H%i%SZ'))")"
    begin
fi
await "$id" RESTORED
mark_restored
say "restored $BACKUP: $(sql "SELECT concat(toString(num_files), ' files, ', formatReadableSize(total_size)) FROM system.backups WHERE id = '$id'")"
