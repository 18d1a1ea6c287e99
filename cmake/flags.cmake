# Warnings are errors; the three builds differ in what they check, never in what they mean.
add_compile_options(
  -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wwrite-strings -Wvla -Wundef -fno-common -fno-strict-aliasing)
add_compile_definitions(_GNU_SOURCE)

if(TERN_SANITIZE OR TERN_FUZZ)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(TERN_SWEEP)
  add_compile_options(-O2 -g1)
elseif(TERN_SANITIZE)
  add_compile_options(-O1 -g)
endif()
if(TERN_FUZZ)
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g") # CMake's own would define NDEBUG
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TERN_PARANOID)
  add_compile_definitions(TERN_PARANOID=1)
endif()
if(TERN_PARANOID OR TERN_FUZZ OR TERN_SWEEP)
  add_compile_definitions(TERN_MOVE_PARANOID=1) # src/move/paranoid.h
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # NDEBUG stays undefined: assertions are cheap beside what they guard; hot loops use TERN_HOT_ASSERT.
  set(CMAKE_C_FLAGS_RELEASE "-O3 -g1")
  add_compile_options(-march=x86-64-v2 -mtune=generic)
endif()
if(TERN_LTO)
  include(CheckIPOSupported)
  check_ipo_supported()
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_link_options(-flto=auto)
  endif()
endif()
