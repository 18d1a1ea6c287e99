/* base: what every other module stands on. Nothing here knows of a chain or a virtual machine.
 *
 *   bytes.h   slices and the two fixed sizes that name things on chains: b20 and b32
 *   err.h     errors as values
 *   check.h   overflow-checked arithmetic on sizes, gas and money
 *   arena.h   memory that is freed all at once
 *   buf.h     a growable byte string
 *   map.h     open-addressing index with a keyed hash
 *   u256.h    256-bit integers with the EVM's semantics
 *   log.h     what an operator reads
 */
#ifndef TERN_BASE_BASE_H
#define TERN_BASE_BASE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "base/u256.h"

#endif
