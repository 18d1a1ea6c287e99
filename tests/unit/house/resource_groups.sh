#!/usr/bin/env bash
# src/move/resource_groups.def names the structs that the framework's sources mark with #[resource_group_member].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
marked() { # low byte of the address, folder
    awk -v low="$1" '
        /^module / { split($2, name, "::"); module = name[2]; sub(/[^a-z_0-9].*/, "", module) }
        /#\[resource_group_member/ { member = 1 }
        /^ *struct / { if (member) { split($2, name, /[<{(]/); print "MEMBER(" low ", " module ", " name[1] ")" } member = 0 }
    ' "$2"/*.move
}
diff <({ marked 1 framework/sources; marked 3 framework/token/sources; marked 4 framework/token_objects/sources; } | sort) \
    <(grep '^MEMBER' src/move/resource_groups.def | sort) ||
    { echo "src/move/resource_groups.def is not what the sources say" >&2; exit 1; }
grep -c '^MEMBER' src/move/resource_groups.def
