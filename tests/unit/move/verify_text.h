/* What the verifier says of a module that is given as assembly. */
#ifndef TERN_TEST_MOVE_VERIFY_TEXT_H
#define TERN_TEST_MOVE_VERIFY_TEXT_H

#include "move/assembly.h"
#include "verdict.h"

struct text_case {
    const char *name;
    enum mv_status_code expected; /* MV_OK: accepted */
    const char *text; /* without the lines `module …` and `version …` if it has none */
};

static inline struct mv_err text_verdict(const char *text, unsigned version) {
    struct buf whole = {0}, code = {0};
    struct mv_module *m;
    if (strncmp(text, "script", 6) != 0)
        buf_printf(&whole, "module 0x42::m\nversion %u\n", version);
    buf_puts(&whole, text);
    struct mv_asm_error a = mv_assemble(&code, buf_bytes(&whole));
    if (a.text)
        fail_msg("%s\nline %u: %s: %.*s", text, a.line, a.text, (int)a.near.n,
                 (const char *)a.near.p);
    bool is_script = !strncmp(text, "script", 6);
    struct mv_err e = is_script ? mv_script_read(&m, buf_bytes(&code), MV_VERSION_MAX)
                                : mv_module_read(&m, buf_bytes(&code), MV_VERSION_MAX);
    if (!mv_failed(e))
        e = is_script ? mv_verify_script(m, NULL, MV_PASS_ALL)
                      : mv_verify_module(m, NULL, MV_PASS_ALL);
    mv_module_free(m);
    buf_free(&whole);
    buf_free(&code);
    return e;
}

static inline void assert_texts(const struct text_case *cases, unsigned count, unsigned version) {
    unsigned wrong = 0;
    for (unsigned i = 0; i < count; i++) {
        struct mv_err e = text_verdict(cases[i].text, version);
        if (e.code == cases[i].expected) continue;
        wrong++;
        print_error("%s: expected %s, got %s (%s, function %u, offset %u)\n", cases[i].name,
                    cases[i].expected ? mv_status_name(cases[i].expected) : "acceptance",
                    e.code ? mv_status_name(e.code) : "acceptance", e.text ? e.text : "",
                    e.function, e.offset);
    }
    assert_int_equal(wrong, 0);
}

#endif
