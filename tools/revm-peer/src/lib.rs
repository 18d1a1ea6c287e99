//! The crate revm behind a C interface, loaded by Tern's benchmarks and differential tests. A
//! development peer: nothing of the product needs it.

mod bench;
mod diff;
mod precompile;
