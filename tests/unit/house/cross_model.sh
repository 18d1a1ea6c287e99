#!/usr/bin/env bash
# A few random call trees over the three machines, beside the naive model; those that differed once come first.
# `./x fuzz cross-model` runs many.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
shopt -s nullglob
exec "${TERN_BUILD:-build/debug}/chain_diff" --cases "${CASES:-400}" tests/differential/chain/corpus/*.case
