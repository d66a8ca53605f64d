#!/bin/sh
# Send events of tracking logs again, or count what is missing: replay.sh replay|compare --since T --until T FILE...
# Needs what init.sh needs, and aspects_settings.py applied by the settings. Safe to repeat and to kill.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${LMS_DIRECTORY:-/openedx/edx-platform}"
export SERVICE_VARIANT=lms
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}"
exec python -c 'import sys, django; django.setup(); import aspects_replay; aspects_replay.main(sys.argv[1:])' "$@"
