#!/usr/bin/env bash
# Rebuilds framework/blobs from framework/sources with the Move compiler of npm @initia/builder.js (tools/movec).
#   framework/build.sh            writes the blobs
#   framework/build.sh --check    compares them with what the compiler makes today, byte for byte
# TERN_BUILD names the build folder with movec (default: build/debug or build/release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
movec=${TERN_BUILD:+$TERN_BUILD/movec}
for build in build/debug build/release; do
    [ -n "$movec" ] || [ ! -x "$build/movec" ] || movec=$build/movec
done
[ -n "$movec" ] || { echo "framework/build.sh: movec is not built: ./x build" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r framework/Move.toml framework/sources "$work/"
"$movec" "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
built=$work/build/TernFramework/bytecode_modules
mapfile -t modules < <(sed -nE 's/^MODULE\(([a-z_0-9]+)\)$/\1/p' framework/modules.def)
bad=0
for f in "$built"/*.mv; do
    name=$(basename "$f" .mv)
    grep -qx "MODULE($name)" framework/modules.def || { echo "$name is not in framework/modules.def" >&2; bad=1; }
done
for name in "${modules[@]}"; do
    if [ "${1:-}" = --check ]; then
        cmp -s "$built/$name.mv" "framework/blobs/$name.mv" || { echo "framework/blobs/$name.mv is not what the compiler makes of the source: framework/build.sh" >&2; bad=1; }
    else
        mkdir -p framework/blobs
        cp "$built/$name.mv" "framework/blobs/$name.mv"
    fi
done
[ "$bad" = 0 ] || exit 1
echo "${#modules[@]} modules"
