/* Layouts made by hand, as the Move machine would describe the types of parameters. */
#ifndef TERN_TESTS_CROSS_LAYOUTS_H
#define TERN_TESTS_CROSS_LAYOUTS_H

#include "cross/internal.h"

#define PLAIN(NAME)                                                                                \
    static const struct mv_layout L_##NAME __attribute__((unused)) = {.kind = MV_LAYOUT_##NAME}
#define VECTOR_OF(NAME, ELEMENT)                                                                   \
    static const struct mv_layout NAME                                                             \
        __attribute__((unused)) = {.kind = MV_LAYOUT_VECTOR, .element = &ELEMENT}
/* A struct of one field. */
#define WRAPPER(NAME, ADDRESS, MODULE, STRUCT, FIELD, INNER)                                       \
    static const struct mv_layout_field NAME##_FIELDS[] = {{BYTES_LIT(FIELD), &INNER}};            \
    static const struct mv_layout NAME __attribute__((unused)) = {.kind = MV_LAYOUT_STRUCT,        \
                                                                  .address = {{[31] = ADDRESS}},   \
                                                                  .module = BYTES_LIT(MODULE),     \
                                                                  .name = BYTES_LIT(STRUCT),       \
                                                                  .field_count = 1,                \
                                                                  .fields = NAME##_FIELDS}
/* Option<T>: a struct around a vector<T>. */
#define OPTION_OF(NAME, ELEMENT)                                                                   \
    VECTOR_OF(NAME##_VEC, ELEMENT);                                                                \
    static const struct mv_layout_field NAME##_FIELDS[] = {{BYTES_LIT("vec"), &NAME##_VEC}};       \
    static const struct mv_layout *const NAME##_ARGS[] = {&ELEMENT};                               \
    static const struct mv_layout NAME __attribute__((unused)) = {.kind = MV_LAYOUT_STRUCT,        \
                                                                  .address = {{[31] = 1}},         \
                                                                  .module = BYTES_LIT("option"),   \
                                                                  .name = BYTES_LIT("Option"),     \
                                                                  .type_arg_count = 1,             \
                                                                  .type_args = NAME##_ARGS,        \
                                                                  .field_count = 1,                \
                                                                  .fields = NAME##_FIELDS}

PLAIN(BOOL);
PLAIN(U8);
PLAIN(U16);
PLAIN(U32);
PLAIN(U64);
PLAIN(U128);
PLAIN(U256);
PLAIN(I64);
PLAIN(ADDRESS);
PLAIN(SIGNER);
PLAIN(ENUM);
PLAIN(FUNCTION);
VECTOR_OF(L_BYTES, L_U8);
VECTOR_OF(L_VEC_U64, L_U64);
VECTOR_OF(L_VEC_VEC_U64, L_VEC_U64);
VECTOR_OF(L_VEC_BYTES, L_BYTES);
VECTOR_OF(L_VEC_ADDRESS, L_ADDRESS);
WRAPPER(L_STRING, 1, "string", "String", "bytes", L_BYTES);
VECTOR_OF(L_VEC_STRING, L_STRING);
WRAPPER(L_OBJECT, 1, "object", "Object", "inner", L_ADDRESS);
WRAPPER(L_FIXED_POINT32, 1, "fixed_point32", "FixedPoint32", "value", L_U64);
WRAPPER(L_FIXED_POINT64, 1, "fixed_point64", "FixedPoint64", "value", L_U128);
OPTION_OF(L_OPTION_U64, L_U64);
OPTION_OF(L_OPTION_STRING, L_STRING);
/* Somebody else's module with the same names is not the framework's. */
WRAPPER(L_OTHER_STRING, 9, "string", "String", "bytes", L_BYTES);
WRAPPER(L_EMPTY, 9, "m", "Empty", "dummy_field", L_BOOL);

#define STRUCT(NAME, STRUCT_NAME, ...)                                                             \
    static const struct mv_layout_field NAME##_FIELDS[] = {__VA_ARGS__};                           \
    static const struct mv_layout NAME                                                             \
        __attribute__((unused)) = {.kind = MV_LAYOUT_STRUCT,                                       \
                                   .address = {{[31] = 9}},                                        \
                                   .module = BYTES_LIT("m"),                                       \
                                   .name = BYTES_LIT(STRUCT_NAME),                                 \
                                   .field_count = COUNT_OF(NAME##_FIELDS),                         \
                                   .fields = NAME##_FIELDS}

STRUCT(L_PAIR, "Pair", {BYTES_LIT("a"), &L_U64}, {BYTES_LIT("b"), &L_U64});
VECTOR_OF(L_VEC_PAIR, L_PAIR);
STRUCT(L_PAIR_HOLDER, "PairHolder", {BYTES_LIT("pair"), &L_PAIR});
STRUCT(L_PAIRS_HOLDER, "PairsHolder", {BYTES_LIT("pairs"), &L_VEC_PAIR});
STRUCT(L_NOTE, "Note", {BYTES_LIT("text"), &L_STRING}, {BYTES_LIT("numbers"), &L_VEC_U64});
STRUCT(L_RECORD, "Record", {BYTES_LIT("id"), &L_U64}, {BYTES_LIT("note"), &L_NOTE},
       {BYTES_LIT("who"), &L_ADDRESS});

#undef PLAIN
#undef VECTOR_OF
#undef WRAPPER
#undef OPTION_OF
#undef STRUCT

#endif
