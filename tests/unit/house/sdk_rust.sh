#!/usr/bin/env bash
# The Rust client of the messenger program compiles, with its examples, and writes what Borsh's own derive writes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
command -v cargo >/dev/null || { echo "skipped: cargo is not installed"; exit 0; }
manifest=(--locked --quiet --manifest-path sdk/rust/Cargo.toml)
cargo fetch "${manifest[@]}" || { echo "skipped: the crates that sdk/rust uses cannot be had here"; exit 0; }
export TERN_DOCS_EXAMPLE="$PWD/build/sdk-rust/example.rs"
mkdir -p build/sdk-rust
awk '/^```/ { if (text ~ /use tern_messenger/) printf "%s", text; text = ""; inside = 0 } inside { text = text $0 "\n" }
    /^```rust/ { inside = 1; text = "" }' docs/cross-vm.md >"$TERN_DOCS_EXAMPLE"
grep -q tern_messenger "$TERN_DOCS_EXAMPLE"
exec cargo test "${manifest[@]}" --offline --target-dir build/sdk-rust
