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

/* Reads argv[1] …; other arguments than options are refused unless `rest` is not NULL: then the
 * first of them is put there and ends the options. False after saying what is wrong. */
bool options_read(const char *command, int argc, char **argv, const struct option_row *rows,
                  size_t count, const char **rest);

#endif
