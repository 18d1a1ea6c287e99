/* TOML 1.0 (toml.io/en/v1.0.0) as package manifests use it: tables, arrays of tables, dotted and
 * quoted keys, inline tables, arrays, the four kinds of strings, integers and booleans. Floats and
 * dates are kept as their text. Nothing is evaluated beyond that. */
#ifndef TERN_CODEC_TOML_H
#define TERN_CODEC_TOML_H

#include "base/base.h"

enum { TOML_DEPTH_MAX = 32 };

enum toml_kind {
    TOML_STRING,  /* text: UTF-8, escapes resolved */
    TOML_INTEGER, /* integer */
    TOML_BOOL,    /* boolean */
    TOML_OTHER,   /* text: a float or a date as it stands */
    TOML_ARRAY,   /* items, without keys */
    TOML_TABLE,   /* items */
};

/* A value; those of one table or array are a list in the order of the text. */
struct toml {
    uint8_t kind; /* enum toml_kind */
    bool closed;  /* private: an inline table or a literal array, to which nothing may be added */
    bool defined; /* private: a table that a header has named */
    bool boolean;
    struct bytes key;  /* in its table */
    struct bytes text; /* TOML_STRING, TOML_OTHER */
    int64_t integer;
    struct toml *items, *next;
};

/* Reads a whole document into a table. All of it lives in the arena, and borrows nothing. The
 * error's `at` is the line, from 1. */
struct err toml_read(struct arena *a, struct bytes text, struct toml **out);

/* The value of `key` in a table; NULL if there is none, or `table` is NULL or no table. */
const struct toml *toml_get(const struct toml *table, const char *key);
const struct toml *toml_find(const struct toml *table, struct bytes key);

/* The same if it is a string; otherwise false. */
bool toml_get_text(const struct toml *table, const char *key, struct bytes *out);

#endif
