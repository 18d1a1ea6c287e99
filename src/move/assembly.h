/* Move assembly: a text for the binary format that loses nothing. What mv_disassemble writes
 * mv_assemble turns into the same bytes, for whatever the reader of the binary format accepts,
 * well-formed or not; written by hand it is how features are tested that no compiler at hand emits.
 *
 *     module 0x42::purse
 *     version 8
 *
 *     friend 0x42::bank
 *     metadata "note" 0x00
 *     extern struct 0x1::option::Option<T0> has copy, drop, store
 *     extern fun 0x1::signer::address_of(&signer): (address)
 *
 *     struct Purse<phantom T0> has key {
 *         value: u64
 *     }
 *     enum Shape has drop {
 *         Point {}
 *         Circle { radius: u64 }
 *     }
 *     public entry fun put(&signer, u64) acquires Purse {
 *         locals (address)
 *         CopyLoc 1
 *         LdU64 0
 *         Eq
 *         BrTrue done
 *         ...
 *     done:
 *         Ret
 *     }
 *
 * A script begins with `script` instead, and has `main(…) { … }`. Each item begins on a line of its
 * own; a comment goes from two slashes to the line's end.
 *
 * Signatures are lists of types in parentheses: u64, &mut T0, vector<u8>, 0x1::option::Option<u64>,
 * Purse<T0> (of this module), |u64, &T0|(bool) has copy + drop. Behind the results of a function
 * may stand `with persistent, pack_variant 2` (attributes), `access [reads *, !writes
 * 0x1::m::S at 0x42]` and `acquires A, B`. Access specifiers name what they are about as *,
 * address 0x1, module 0x1::m, 0x1::m::S or 0x1::m::S<u64>, and behind `at` any, an address, or
 * `local 0 via f<>`.
 *
 * Operands: locals and numbers are numbers; jumps name labels; Call f; CallGeneric 0x1::m::f<u64>;
 * Pack S; PackGeneric S<u64>; MutBorrowField S.value; ImmBorrowVariantField E::{A, B}.x;
 * PackVariant E::A; LdConst vector<u8> 0x0161 (a type and the BCS); VecPack <u64> 3;
 * CallClosure <|u64|()>; PackClosure f 0x1 (the mask of captured parameters).
 *
 * Tables fill in the order of first mention. `table signatures { … }`, an entry on each line,
 * fixes the order of a table; a module's disassembly ends with them. Where an entry stands #7 may
 * stand for entry 7, and $7 for signature 7, be it there or not: so text can name what names
 * cannot, twins and indices out of range. `struct #7 { … }` and `fun #7 { … }` define for a handle
 * that an `extern` item describes. */
#ifndef TERN_MOVE_ASSEMBLY_H
#define TERN_MOVE_ASSEMBLY_H

#include "move/file_format.h"

/* What is wrong with a text: `text` is static and NULL if nothing is, `near` is a slice of the
 * text, `line` counts from 1 (0: no line, the whole). */
struct mv_asm_error {
    uint32_t line;
    const char *text;
    struct bytes near;
};

/* Appends the binary form of a text (any bytes at all) to `out`. The result is readable by
 * mv_module_read or mv_script_read; it need not verify. */
struct mv_asm_error mv_assemble(struct buf *out, struct bytes text);

/* Appends the text of a module or script as it was read; its bounds need not have been checked.
 * Without `tables` the text is for reading only: it assembles to an equivalent, not the same,
 * binary. */
void mv_disassemble(struct buf *out, const struct mv_module *m, bool tables);

#endif
