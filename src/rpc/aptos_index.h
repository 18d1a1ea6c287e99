/* Private to the Aptos API: objects, tokens, collections and assets as an indexer shows them: as
 * rows of tables, which GraphQL's conditions choose from.
 *
 * There is no index: every object of the chain is looked at for an answer. A row is a JSON object
 * with all fields of its table. */
#ifndef TERN_RPC_APTOS_INDEX_H
#define TERN_RPC_APTOS_INDEX_H

#include "rpc/aptos.h"

/* The table of that name: writes the rows that variables.where_condition, order_by, offset and
 * limit choose, or with `counts` how many those are. False, and nothing is written, if there is no
 * such table here, or with *why set if the question cannot be answered. */
bool aptos_index_table(struct aptos_call *c, struct bytes name, bool counts, json_t *variables,
                       const char **why);

/* ---- aptos_where.c: conditions, orders, pages */

/* Does the row meet the condition? Fields' _eq, _neq, _in, _nin, _gt, _gte, _lt, _lte, _is_null,
 * and _and, _or, _not of conditions. *why is set if it says something else. */
bool aptos_where_holds(json_t *where, json_t *row, const char **why);
/* Sorts rows as `order` says: an object of fields with asc or desc, or a list of them. */
void aptos_where_sort(json_t *rows, json_t *order);

#endif
