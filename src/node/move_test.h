/* Private to node/: Move unit tests: finding them in sources, running them, telling how they ended.
 *
 * The attributes are those of the Move book ("Unit tests"): #[test], #[test(a = @0x1, b = @name)],
 * #[expected_failure] alone or with one of abort_code = N or a constant, arithmetic_error,
 * vector_error, out_of_gas, major_status = N, with minor_status = N and location = module. A code
 * that is a constant's name must come from the constant's module; a bare number without location
 * may come from any. */
#ifndef TERN_NODE_MOVE_TEST_H
#define TERN_NODE_MOVE_TEST_H

#include "move/move.h"
#include "node/move_source.h"

struct move_expectation {
    bool fails;      /* #[expected_failure] */
    bool has_status; /* else any failure will do */
    bool has_sub;    /* abort code, or minor status */
    bool has_location;
    enum mv_status_code status;
    uint64_t sub;
    struct b32 address; /* the location */
    struct bytes module;
};

struct move_test {
    const struct move_module *module;
    const struct move_function *function;
    struct b32 address;       /* the module's */
    const struct b32 *values; /* of the parameters, in order */
    struct move_expectation expected;
};

struct move_test_list {
    struct move_test *at; /* in the arena, by address, module and name */
    uint32_t count;
};

/* The tests of the modules from names->modules up to `end`, whose full name module::function
 * contains `filter` (NULL: all). False with a reason that names file and line. */
bool move_tests_find(struct arena *a, const struct move_names *names, const struct move_module *end,
                     const char *filter, struct move_test_list *out, struct buf *why);

/* Whether a run that ended so is what the test expects; if not, *why is told in a sentence. */
bool move_test_judge(const struct move_test *t, const struct mv_outcome *o, struct buf *why);

/* "aborted with code 7 (E_BAD) originating in the module 0x42::a"; the constant's name is found in
 * sources. */
void put_move_failure(struct buf *b, const struct move_names *names, const struct mv_outcome *o);

#endif
