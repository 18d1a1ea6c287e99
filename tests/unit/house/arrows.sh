#!/usr/bin/env bash
# The dependency arrows of docs/architecture.md: a module may include its own headers and those of the modules listed
# behind it, nothing else. The three virtual machines never include each other, cross or chain.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
declare -A may=(
    [base]="" [codec]="base" [crypto]="base" [state]="base codec crypto"
    [evm]="base codec crypto state" [move]="base codec crypto state" [svm]="base codec crypto state"
    [solana]="base codec crypto state svm"
    [ethereum]="base codec crypto state evm"
    [cross]="base codec crypto state evm move svm solana"
    [chain]="base codec crypto state evm ethereum move svm solana cross"
    [rpc]="base codec crypto state evm ethereum move svm solana cross chain"
    [node]="base codec crypto state evm ethereum move svm solana cross chain rpc"
)
bad=0 files=0
for dir in src/*/; do
    module=$(basename "$dir")
    if [ -z "${may[$module]+set}" ]; then
        echo "src/$module is no module of the architecture"; bad=$((bad + 1)); continue
    fi
    while IFS=: read -r file line text; do
        [ -n "$file" ] || continue
        target=$(sed -E 's/.*"([a-z_0-9]+)\/.*/\1/' <<<"$text")
        case " $module ${may[$module]} " in
            *" $target "*) ;;
            *) echo "$file:$line: $module may not include $target: $text"; bad=$((bad + 1)) ;;
        esac
    done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[a-z_0-9]+/' "$dir" --include='*.c' --include='*.h' || true)
    # An include without a folder could hide an arrow.
    while IFS=: read -r file line text; do
        [ -n "$file" ] || continue
        echo "$file:$line: include with the module's name, as \"$module/…\": $text"; bad=$((bad + 1))
    done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^/"]+"' "$dir" --include='*.c' --include='*.h' || true)
    files=$((files + $(find "$dir" -name '*.[ch]' | wc -l)))
done
[ "$files" -gt 0 ] || { echo "no source file found"; exit 1; }
echo "$files files read, $bad wrong arrows"
[ "$bad" = 0 ]
