//! The example of docs/cross-vm.md, which tests/unit/house/sdk_rust.sh cuts out.
#[allow(dead_code)]
mod example {
    include!(env!("TERN_DOCS_EXAMPLE"));
}
