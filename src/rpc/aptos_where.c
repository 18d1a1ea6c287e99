/* Conditions and orders of GraphQL questions, as Hasura writes them. */
#include <stdlib.h>

#include "rpc/aptos_index.h"

enum { DEPTH_MAX = 16 };

/* -1, 0 or 1. Numbers by size, also those that are written as text; other text by its bytes. */
static int compare(json_t *a, json_t *b) {
    uint64_t x, y;
    if (json_is_null(a) || json_is_null(b) || !a || !b)
        return (a && !json_is_null(a)) - (b && !json_is_null(b));
    if (json_is_boolean(a) && json_is_boolean(b)) return json_is_true(a) - json_is_true(b);
    if (aptos_read_u64(a, &x) && aptos_read_u64(b, &y)) return (x > y) - (x < y);
    if (!json_is_string(a) || !json_is_string(b)) return json_is_string(a) - json_is_string(b);
    int order = strcmp(json_string_value(a), json_string_value(b));
    return (order > 0) - (order < 0);
}

static bool is_in(json_t *value, json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++)
        if (compare(value, json_array_get(list, i)) == 0) return true;
    return false;
}

static bool operator_holds(const char *name, json_t *value, json_t *with, const char **why) {
    if (strcmp(name, "_eq") == 0) return compare(value, with) == 0;
    if (strcmp(name, "_neq") == 0) return compare(value, with) != 0;
    if (strcmp(name, "_in") == 0) return is_in(value, with);
    if (strcmp(name, "_nin") == 0) return !is_in(value, with);
    if (strcmp(name, "_gt") == 0) return compare(value, with) > 0;
    if (strcmp(name, "_gte") == 0) return compare(value, with) >= 0;
    if (strcmp(name, "_lt") == 0) return compare(value, with) < 0;
    if (strcmp(name, "_lte") == 0) return compare(value, with) <= 0;
    if (strcmp(name, "_is_null") == 0) return json_is_null(value) == json_is_true(with);
    *why = "where_condition: _eq, _neq, _in, _nin, _gt, _gte, _lt, _lte and _is_null are answered";
    return false;
}

static bool holds(json_t *where, json_t *row, unsigned depth, const char **why);

/* _and, _or: of a list of conditions. */
static bool list_holds(json_t *list, json_t *row, bool all, unsigned depth, const char **why) {
    for (size_t i = 0; i < json_array_size(list); i++)
        if (holds(json_array_get(list, i), row, depth, why) != all) return !all;
    return all;
}

/* One member: an operator's condition on a field, or a condition on the row that a field holds. */
static bool field_holds(json_t *row, const char *name, json_t *asked, unsigned depth,
                        const char **why) {
    json_t *value = json_object_get(row, name), *with;
    const char *operator;
    if (!value) {
        *why = "where_condition: there is no field of that name";
        return false;
    }
    if (json_is_object(value)) return holds(asked, value, depth, why);
    json_object_foreach(asked, operator, with) {
        if (!operator_holds(operator, value, with, why)) return false;
    }
    return true;
}

static bool holds(json_t *where, json_t *row, unsigned depth, const char **why) {
    const char *name;
    json_t *asked;
    if (depth == DEPTH_MAX) {
        *why = "where_condition: it is nested too deeply";
        return false;
    }
    json_object_foreach(where, name, asked) {
        bool ok = strcmp(name, "_and") == 0   ? list_holds(asked, row, true, depth + 1, why)
                  : strcmp(name, "_or") == 0  ? list_holds(asked, row, false, depth + 1, why)
                  : strcmp(name, "_not") == 0 ? !holds(asked, row, depth + 1, why)
                                              : field_holds(row, name, asked, depth + 1, why);
        if (!ok) return false;
    }
    return true;
}

bool aptos_where_holds(json_t *where, json_t *row, const char **why) {
    return holds(where, row, 0, why) && !*why;
}

/* ---- Orders */

/* By the fields of one object, in its order. */
static int compare_by(json_t *order, json_t *a, json_t *b) {
    const char *name;
    json_t *direction;
    json_object_foreach(order, name, direction) {
        const char *text = json_string_value(direction);
        int by = compare(json_object_get(a, name), json_object_get(b, name));
        if (by) return text && strncmp(text, "desc", 4) == 0 ? -by : by;
    }
    return 0;
}

struct ranked {
    json_t *row, *order;
    size_t place; /* before, so that equal rows keep their order */
};

static int compare_ranked(const void *x, const void *y) {
    const struct ranked *a = x, *b = y;
    int by = json_is_object(a->order) ? compare_by(a->order, a->row, b->row) : 0;
    for (size_t i = 0; !by && i < json_array_size(a->order); i++)
        by = compare_by(json_array_get(a->order, i), a->row, b->row);
    return by ? by : (a->place > b->place) - (a->place < b->place);
}

void aptos_where_sort(json_t *rows, json_t *order) {
    size_t n = json_array_size(rows);
    if (n < 2 || !order || json_is_null(order)) return;
    struct ranked *ranked = xcalloc(n, sizeof *ranked);
    for (size_t i = 0; i < n; i++)
        ranked[i] = (struct ranked){json_incref(json_array_get(rows, i)), order, i};
    qsort(ranked, n, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < n; i++) json_array_set_new(rows, i, ranked[i].row);
    free(ranked);
}
