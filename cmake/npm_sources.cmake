# C sources that Debian has no package for come inside the npm package c-kzg, pinned by package-lock.json: blst
# (BLS12-381, part of the program) and c-kzg (only the peer of our KZG in tests and benchmarks). They are compiled as
# they are, with warnings off: they are not our code.
set(tern_kzg_package ${CMAKE_SOURCE_DIR}/node_modules/c-kzg/deps)
if(NOT EXISTS ${tern_kzg_package}/blst/src/server.c)
  message(FATAL_ERROR "node_modules/c-kzg is missing (blst's sources are in it). Install the npm tree first: "
    "./x setup build, or npm ci --ignore-scripts.")
endif()

function(tern_foreign_library name)
  add_library(${name} STATIC ${ARGN})
  target_compile_options(${name} PRIVATE -w)
  if(TERN_SANITIZE OR TERN_FUZZ) # their own tricks are not ours to judge; a bad address that we give them is
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined -O2)
  endif()
  set_target_properties(${name} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
endfunction()

# __BLST_PORTABLE__: the multiplications with ADX are chosen at run time, where the processor has it.
tern_foreign_library(tern_blst ${tern_kzg_package}/blst/src/server.c ${tern_kzg_package}/blst/build/assembly.S)
target_compile_definitions(tern_blst PRIVATE __BLST_PORTABLE__)
target_include_directories(tern_blst SYSTEM PUBLIC ${tern_kzg_package}/blst/bindings)

tern_foreign_library(tern_ckzg EXCLUDE_FROM_ALL ${tern_kzg_package}/c-kzg/ckzg.c)
target_include_directories(tern_ckzg SYSTEM PUBLIC ${tern_kzg_package}/c-kzg)
target_link_libraries(tern_ckzg PUBLIC tern_blst)

# [tau]G2 of Ethereum's KZG ceremony, the one number of the trusted setup that a verification needs: line 4,100 of
# "4096, 65, the 4,096 points of G1 in Lagrange form, the 65 powers of tau in G2, …".
file(STRINGS ${tern_kzg_package}/c-kzg/trusted_setup.txt tern_kzg_setup LIMIT_COUNT 4100)
list(GET tern_kzg_setup 0 tern_kzg_g1_count)
list(GET tern_kzg_setup 1 tern_kzg_g2_count)
list(GET tern_kzg_setup 4099 tern_kzg_tau_g2)
if(NOT "${tern_kzg_g1_count} ${tern_kzg_g2_count}" STREQUAL "4096 65" OR NOT tern_kzg_tau_g2 MATCHES "^[0-9a-f]+$")
  message(FATAL_ERROR "${tern_kzg_package}/c-kzg/trusted_setup.txt is not the KZG trusted setup that was expected")
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/crypto/kzg.c PROPERTIES
  COMPILE_DEFINITIONS "TERN_KZG_TAU_G2=\"${tern_kzg_tau_g2}\"")
