# Debian's libraries. Each module links only those that it names in tern_libraries_<module>.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SECP256K1 REQUIRED IMPORTED_TARGET libsecp256k1)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)

set(tern_libraries_base Threads::Threads)
set(tern_libraries_codec PkgConfig::JANSSON)
set(tern_libraries_crypto PkgConfig::SECP256K1 PkgConfig::SODIUM PkgConfig::CRYPTO gmp tern_blst)
set(tern_libraries_state lmdb)
set(tern_libraries_rpc PkgConfig::MICROHTTPD PkgConfig::ZLIB PkgConfig::ZSTD wslay PkgConfig::CRYPTO)

# What only the tests of a module need: GMP is the model of the 256-bit integers, c-kzg the peer of our KZG.
set(tern_test_libraries_base gmp)
set(tern_test_libraries_crypto tern_ckzg)
