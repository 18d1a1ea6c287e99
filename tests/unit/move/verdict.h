/* What the verifier says of a module that a test has built. */
#ifndef TERN_TEST_MOVE_VERDICT_H
#define TERN_TEST_MOVE_VERDICT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "builder.h"
#include "move/verify.h"

/* Ends the building; the error of reading or verifying, MV_OK if there is none. */
static inline struct mv_err verdict_with(struct builder *b, const struct mv_resolver *resolver,
                                         unsigned passes) {
    struct mv_err e;
    struct mv_module *m = build_read(b, &e);
    if (m)
        e = m->is_script ? mv_verify_script(m, resolver, passes)
                         : mv_verify_module(m, resolver, passes);
    mv_module_free(m);
    return e;
}

static inline struct mv_err verdict(struct builder *b) {
    return verdict_with(b, NULL, MV_PASS_ALL);
}

#define assert_verdict(builder, expected)                                                          \
    do {                                                                                           \
        struct mv_err verdict_ = verdict(builder);                                                 \
        if (verdict_.code != (expected))                                                           \
            print_error("got %s (%s)\n", mv_status_name(verdict_.code), verdict_.text);            \
        assert_int_equal(verdict_.code, expected);                                                 \
    } while (0)

/* One function in a module of its own: the code is judged alone. */
struct verdict_case {
    const char *name;
    enum mv_status_code expected;
    const char *type_params, *params, *returns, *locals;
    struct mv_instr code[24];
    unsigned version; /* 0: 7 */
};

static inline uint32_t verdict_length(const struct mv_instr *code, uint32_t max) {
    uint32_t n = max;
    while (n && !code[n - 1].op) n--;
    return n;
}

/* Judges every case in a module that `prepare` has filled with whatever they use. */
static inline void assert_cases(const struct verdict_case *cases, unsigned count,
                                void (*prepare)(struct builder *b)) {
    struct builder *b = malloc(sizeof *b);
    unsigned wrong = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct verdict_case *c = &cases[i];
        build_begin(b, c->version ? c->version : 7, "m");
        if (prepare) prepare(b);
        build_function(b, "case", c->type_params ? c->type_params : "", c->params ? c->params : "",
                       c->returns ? c->returns : "", c->locals ? c->locals : "", c->code,
                       verdict_length(c->code, COUNT_OF(c->code)));
        struct mv_err e = verdict(b);
        if (e.code == c->expected) continue;
        print_error("%s: expected %s, got %s (%s at %u)\n", c->name,
                    c->expected ? mv_status_name(c->expected) : "acceptance",
                    e.code ? mv_status_name(e.code) : "acceptance", e.text ? e.text : "", e.offset);
        wrong++;
    }
    free(b);
    assert_int_equal(wrong, 0);
}

#endif
