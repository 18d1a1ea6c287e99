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
cp -r framework/Move.toml framework/sources framework/token framework/token_objects framework/gateway_token "$work/"
bad=0
count=0

# package folder, name, its macro in modules.def, folder of its blobs
build_package() {
    local built=$1/build/$2/bytecode_modules name f
    "$movec" "$1" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    for f in "$built"/*.mv; do
        name=$(basename "$f" .mv)
        grep -qx "$3($name)" framework/modules.def || { echo "$name is not in framework/modules.def" >&2; bad=1; }
    done
    for name in $(sed -nE "s/^$3\(([a-z_0-9]+)\)\$/\1/p" framework/modules.def); do
        count=$((count + 1))
        if [ "$mode" = --check ]; then
            cmp -s "$built/$name.mv" "$4/$name.mv" || { echo "$4/$name.mv is not what the compiler makes of the source: framework/build.sh" >&2; bad=1; }
        else
            mkdir -p "$4"
            cp "$built/$name.mv" "$4/$name.mv"
        fi
    done
}

mode=${1:-}
build_package "$work" TernFramework MODULE framework/blobs
build_package "$work/token" TernToken TOKEN framework/blobs/0x3
build_package "$work/token_objects" TernTokenObjects TOKEN_OBJECTS framework/blobs/0x4

# What the token gateway publishes is in its source as two constants, around the address.
address=$(printf '5445524e%.0s' 1 2 3 4 5 6 7 8)
"$movec" --named "tern_token=0x$address" "$work/gateway_token" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
code=$(od -An -v -tx1 "$work/gateway_token/build/TernGatewayToken/bytecode_modules/token.mv" | tr -d ' \n')
for part in "MODULE_HEAD: vector<u8> = x\"${code%%"$address"*}\"" "MODULE_TAIL: vector<u8> = x\"${code#*"$address"}\""; do
    grep -qF "$part" framework/sources/tern_gateway.move || { echo "framework/sources/tern_gateway.move: should have $part" >&2; bad=1; }
done
[ "$bad" = 0 ] || exit 1
echo "$count modules"
