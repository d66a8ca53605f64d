# Shared by backup.sh and restore.sh. Needs CLIENT_CONFIG, DESTINATION, POLL_SECONDS; S3_URL with DESTINATION=inline.
# Statements go in by standard input, so that neither they nor a password stand in the process list.

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"
}

fail() {
    say "FAILED: $*" >&2
    exit 1
}

sql() {
    printf '%s\n' "$1" | clickhouse-client --config-file "$CLIENT_CONFIG"
}

quoted() {
    printf '%s' "$1" | sed "s/[\\\\']/\\\\&/g"
}

# Prints where the backup named $1 is, as SQL.
location() {
    case "$DESTINATION" in
        volume) printf "Disk('backups', '%s')" "$1" ;;
        collection) printf "S3(backups, '%s')" "$1" ;;
        inline)
            printf "S3('%s%s', '%s', '%s')" "$S3_URL" "$1" \
                "$(quoted "$BACKUP_S3_ACCESS_KEY")" "$(quoted "$BACKUP_S3_SECRET_KEY")"
            ;;
        *) fail "DESTINATION must be volume, collection or inline, found '$DESTINATION'" ;;
    esac
}

# Prints $DATABASES as the objects of BACKUP or RESTORE.
objects() {
    list=''
    for database in "$@"; do
        list="${list:+$list, }DATABASE \`$database\`"
    done
    printf '%s' "$list"
}

# Runs statement $1 without showing it: the client repeats a failed statement, keys and all.
start() {
    if ! sql "$1" >/dev/null 2>"$WORK/error"; then
        sed '/(query: /,$d' "$WORK/error" >&2
        fail "the server refused to start"
    fi
}

# Waits until operation $1 has the status $2.
await() {
    while :; do
        status="$(sql "SELECT status FROM system.backups WHERE id = '$1'")"
        case "$status" in
            "$2") return 0 ;;
            CREATING_BACKUP | RESTORING) sleep "$POLL_SECONDS" ;;
            '') fail "the server no longer knows $1: it was restarted meanwhile" ;;
            *) fail "$1 ended as $status: $(sql "SELECT splitByString(', Stack trace', error)[1] FROM system.backups WHERE id = '$1'")" ;;
        esac
    done
}
