#!/bin/sh
# Starts one keeper. Its id is its ordinal plus one: clickhouse-keeper-0 is 1.
set -eu

ordinal="${POD_NAME##*-}"
case "$ordinal" in
    '' | *[!0-9]*)
        echo "clickhouse-keeper: POD_NAME must end in the pod's ordinal, found '$POD_NAME'" >&2
        exit 1
        ;;
esac
KEEPER_SERVER_ID=$((ordinal + 1))
export KEEPER_SERVER_ID
echo "clickhouse-keeper: $POD_NAME is server $KEEPER_SERVER_ID"
exec clickhouse-keeper --config-file=/etc/clickhouse-keeper/keeper_config.xml
