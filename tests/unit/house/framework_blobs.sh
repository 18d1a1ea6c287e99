#!/usr/bin/env bash
# The committed blobs of the Move framework are what the pinned compiler makes of their sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ ! -d node_modules/@initia/builder.js ]; then
    echo "skipped: node_modules/@initia/builder.js is not installed (./x setup test)"
    exit 0
fi
exec bash framework/build.sh --check
