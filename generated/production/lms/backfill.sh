#!/bin/sh
# Copy records that LMS and Studio have already: backfill.sh [--force] SERVICE:OBJECT... such as cms:course_overviews
# --force copies also what has not changed since its last copy. Safe to repeat: the newest copy of a record counts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${LMS_DIRECTORY:-/openedx/edx-platform}"
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}"
force=
if [ "${1:-}" = --force ]; then force=--force; shift; fi
for one in "$@"; do
  service=${one%%:*}
  object=${one#*:}
  echo "copying $object ($service)"
  SERVICE_VARIANT=$service python manage.py "$service" dump_data_to_clickhouse --object "$object" $force
done
echo "copied $# kinds of records"
