/* Private to node/: the options of a command, wherever it says them: in its table, or in its usage
 * text. */
#ifndef TERN_NODE_CLI_WORDS_H
#define TERN_NODE_CLI_WORDS_H

#include <stdbool.h>

#include "node/commands.h"

/* Shows each option, without its dashes. */
void cli_each_option(const struct command *k,
                     void (*show)(void *ctx, const char *name, bool has_value, const char *what),
                     void *ctx);

#endif
