#!/usr/bin/env bash
# Unpacks public test vectors once: tests/conformance/unpack.sh [NAME…] prints, for each archive
# ../shared/vectors/**/NAME.tar.zst (all of them without NAME), the folder build/vectors/NAME.
# A folder that exists is complete: archives are unpacked beside it and renamed, so that tests may
# call this at the same time. An archive that is newer than its folder is unpacked again.
# Ends with 3 if a named archive is absent (the caller then says that it skips), 1 on failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
vectors=../shared/vectors out=build/vectors
missing=0

unpack() { # ARCHIVE
    local name=${1##*/} stage
    name=${name%.tar.zst}
    if [ ! -d "$out/$name" ] || [ "$1" -nt "$out/$name" ]; then
        mkdir -p "$out"
        stage=$(mktemp -d "$out/.unpack.XXXXXX")
        if ! zstd -dcq "$1" | tar x -C "$stage"; then
            rm -rf "$stage"
            echo "unpack.sh: cannot unpack $1" >&2
            return 1
        fi
        chmod 755 "$stage"
        touch "$stage"
        # Another process may have been faster: then ours is not needed.
        if [ -d "$out/$name" ] && [ "$1" -nt "$out/$name" ]; then
            mv "$out/$name" "$stage.old" 2>/dev/null || true
        fi
        mv -T "$stage" "$out/$name" 2>/dev/null || rm -rf "$stage"
        rm -rf "$stage.old"
    fi
    echo "$out/$name"
}

if [ $# -eq 0 ]; then
    [ -d "$vectors" ] || exit 3
    mapfile -t archives < <(find -L "$vectors" -name '*.tar.zst' | sort)
else
    archives=()
    for name in "$@"; do
        found=$(find -L "$vectors" -name "$name.tar.zst" 2>/dev/null | head -1)
        if [ -n "$found" ]; then archives+=("$found"); else missing=1; fi
    done
fi
for archive in "${archives[@]}"; do unpack "$archive"; done
[ "$missing" = 0 ] || exit 3
