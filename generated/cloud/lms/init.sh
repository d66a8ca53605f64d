#!/bin/sh
# Keep the LMS's users, OAuth client and event routes as Aspects needs them. Safe to repeat.
# Needs: DJANGO_SETTINGS_MODULE, LMS_DIRECTORY (folder of manage.py), and the passwords that
# README.md lists, in the environment of a container of the LMS's image.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${LMS_DIRECTORY:-/openedx/edx-platform}"
export SERVICE_VARIANT=lms
export ASPECTS_ROWS="${ASPECTS_ROWS:-$here/rows.json}"
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}"
exec python manage.py lms shell -c "import aspects_init; aspects_init.main()"
