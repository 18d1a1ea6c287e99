/* Private to node/: options written as geth's tools take them, "--name value", "--name=value" or
 * with one dash; and those with a dot in their names. */
#ifndef TERN_NODE_OPTIONS_H
#define TERN_NODE_OPTIONS_H

#include "base/base.h"

struct option_row {
    const char *name;   /* without dashes */
    const char **value; /* where the value goes; or */
    bool *flag;         /* what it sets */
};

/* Reads argv[1] …; other arguments than options go to `rest`, which is NULL if there may be none
 * and otherwise says whether they are good. False after saying what is wrong. */
bool options_read(const char *command, int argc, char **argv, const struct option_row *rows,
                  size_t count, bool (*rest)(void *ctx, const char *argument), void *ctx);

/* The options of go-ethereum's traces, for the tables of commands that have them. The lines have no
 * storage, whatever is said about it. */
struct trace_options {
    bool json, no_stack, no_memory, no_return_data, no_storage;
    const char *format;
};
/* clang-format off */
#define TRACE_OPTIONS(t)                                                                           \
    {"json", NULL, &(t).json},                                                                     \
    {"trace", NULL, &(t).json},                                                                    \
    {"trace.format", &(t).format, NULL},                                                           \
    {"trace.nostack", NULL, &(t).no_stack},                                                        \
    {"nostack", NULL, &(t).no_stack},                                                              \
    {"trace.nomemory", NULL, &(t).no_memory},                                                      \
    {"nomemory", NULL, &(t).no_memory},                                                            \
    {"trace.noreturndata", NULL, &(t).no_return_data},                                             \
    {"noreturndata", NULL, &(t).no_return_data},                                                   \
    {"trace.nostorage", NULL, &(t).no_storage},                                                    \
    {"nostorage", NULL, &(t).no_storage}
/* clang-format on */
/* If nothing is said, neither memory nor return data. */
#define TRACE_DEFAULT ((struct trace_options){.no_memory = true, .no_return_data = true})
/* False, after saying so, for a format that is not there. */
bool trace_options_check(const char *command, const struct trace_options *t);

#endif
