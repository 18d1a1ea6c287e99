/* Private to node/: what Move source text says that bytecode does not: which functions are tests,
 * with what arguments, and how they are expected to fail; constants by name.
 *
 * This is no compiler: the text has been compiled when it is read here. Modules, their `use`
 * declarations, constants and functions with attributes are found by the words that begin them;
 * bodies are passed over by their braces. */
#ifndef TERN_NODE_MOVE_SOURCE_H
#define TERN_NODE_MOVE_SOURCE_H

#include "base/base.h"

/* A piece of source text. */
struct move_token {
    uint8_t kind; /* private: a character, or one of the kinds in move_source.c */
    struct bytes text;
    uint32_t line;
};

struct move_tokens {
    const struct move_token *at;
    uint32_t count;
};

/* `name`, `name = value` or `name(items)`. */
struct move_attribute {
    struct bytes name;
    uint32_t line;
    bool has_value, has_items;
    struct move_tokens value;
    struct move_attribute *items, *next;
};

struct move_parameter {
    struct bytes name;
    struct move_tokens type;
};

/* A function that has attributes. */
struct move_function {
    struct bytes name;
    uint32_t line;
    const struct move_attribute *attributes;
    const struct move_parameter *params;
    uint32_t param_count;
    struct move_function *next;
};

struct move_constant {
    struct bytes name;
    struct move_tokens value;
    struct move_constant *next;
};

/* `use address::module as name;` */
struct move_use {
    struct bytes name;    /* what it is called here */
    struct bytes address; /* named, or 0x… */
    struct bytes module;
    struct bytes member; /* of the module, if a member is what is used */
    struct move_use *next;
};

struct move_file {
    const char *path;
    struct bytes text;
};

struct move_module {
    const struct move_file *file;
    struct bytes address; /* named, or 0x…, as it stands there */
    struct bytes name;
    struct move_use *uses;
    struct move_constant *constants;
    struct move_function *functions;
    struct move_module *next;
};

/* Reads a file's modules and puts them before *modules. Everything lives in the arena and borrows
 * the file's text. The error's `at` is the line. */
struct err move_source_read(struct arena *a, const struct move_file *file,
                            struct move_module **modules);

/* Finds modules by what a source says; resolve() gives a named address. */
struct move_names {
    const struct move_module *modules;
    void *ctx;
    bool (*resolve)(void *ctx, struct bytes name, struct b32 *out);
};

/* A module's address: a name or 0x…. */
bool move_source_address(const struct move_names *names, struct bytes text, struct b32 *out);
const struct move_module *move_source_module(const struct move_names *names,
                                             const struct b32 *address, struct bytes name);

/* A path `m`, `a::m`, `m::X`, `a::m::X` or `X` in `in`: the module that it names or whose member
 * it names. */
struct move_path {
    struct b32 address;
    struct bytes module;
    struct bytes member; /* empty: the module itself */
};
bool move_source_path(const struct move_names *names, const struct move_module *in,
                      struct move_tokens path, bool wants_member, struct move_path *out);

/* The number that constant tokens mean in a module: literals, operators, casts, constants of this
 * and other modules. *home, if given, becomes the module of the constant, when the value is nothing
 * but one. False if it is no number of 128 bits. */
bool move_source_number(const struct move_names *names, const struct move_module *in,
                        struct move_tokens value, unsigned __int128 *out, struct move_path *home);

/* `@name` or `@0x…`. */
bool move_source_address_value(const struct move_names *names, struct move_tokens value,
                               struct b32 *out);

#endif
