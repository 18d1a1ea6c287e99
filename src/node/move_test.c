#include "node/move_test.h"

#include <stdlib.h>

#include "node/move_world.h"

/* ---- Attributes of one test */

struct finder {
    struct arena *arena;
    const struct move_names *names;
    const struct move_module *module;
    struct buf *why;
};

static bool fail(struct finder *f, uint32_t line, const char *what, struct bytes name) {
    buf_printf(f->why, "%s:%u: %s", f->module->file->path, line, what);
    if (name.n) buf_printf(f->why, " '%.*s'", (int)name.n, (const char *)name.p);
    return false;
}

static const struct move_attribute *find(const struct move_attribute *list, const char *name) {
    for (; list; list = list->next)
        if (bytes_eq(list->name, bytes_cstr(name))) return list;
    return NULL;
}

static bool read_location(struct finder *f, const struct move_attribute *items,
                          struct move_expectation *e) {
    const struct move_attribute *x = find(items, "location");
    struct move_path path;
    if (!x) return true;
    if (!move_source_path(f->names, f->module, x->value, false, &path))
        return fail(f, x->line, "the location is no module that is known here", (struct bytes){0});
    e->has_location = true;
    e->address = path.address;
    e->module = path.module;
    return true;
}

static bool read_number(struct finder *f, const struct move_attribute *x, uint64_t *out,
                        struct move_path *home) {
    unsigned __int128 v;
    if (!x->has_value || !move_source_number(f->names, f->module, x->value, &v, home) ||
        v > UINT64_MAX)
        return fail(f, x->line, "no number of 64 bits, and no constant that is one:", x->name);
    *out = (uint64_t)v;
    return true;
}

static bool read_sub_status(struct finder *f, const struct move_attribute *items,
                            struct move_expectation *e) {
    const struct move_attribute *minor = find(items, "minor_status");
    if (!minor) return true;
    e->has_sub = true;
    return read_number(f, minor, &e->sub, NULL);
}

/* abort_code = …: a constant's module is the location if none is given. */
static bool read_abort_code(struct finder *f, const struct move_attribute *x,
                            struct move_expectation *e) {
    struct move_path home;
    e->status = MV_ABORTED;
    e->has_sub = true;
    if (!read_number(f, x, &e->sub, &home)) return false;
    if (home.member.n && !e->has_location) {
        e->has_location = true;
        e->address = home.address;
        e->module = home.module;
    }
    return true;
}

static bool read_expectation(struct finder *f, const struct move_attribute *x,
                             struct move_expectation *e) {
    static const char *const kinds[] = {"abort_code", "arithmetic_error", "vector_error",
                                        "out_of_gas", "major_status"};
    const struct move_attribute *kind = NULL;
    e->fails = true;
    if (!x->items) return x->has_value ? fail(f, x->line, "a value for", x->name) : true;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct move_attribute *k = find(x->items, kinds[i]);
        if (k && kind) return fail(f, k->line, "a second kind of failure,", k->name);
        if (k) kind = k;
    }
    if (!kind)
        return fail(f, x->line, "expected_failure names no kind of failure", (struct bytes){0});
    if (!read_location(f, x->items, e)) return false;
    e->has_status = true;
    switch (kind->name.p[0] == 'a' ? kind->name.p[1] : kind->name.p[0]) {
    case 'b': return read_abort_code(f, kind, e);
    case 'r': e->status = MV_ARITHMETIC_ERROR; return true;
    case 'v': e->status = MV_VECTOR_OPERATION_ERROR; return read_sub_status(f, x->items, e);
    case 'o': e->status = MV_OUT_OF_GAS; return true;
    default: {
        uint64_t status;
        if (!read_number(f, kind, &status, NULL)) return false;
        e->status = (enum mv_status_code)status;
        return read_sub_status(f, x->items, e);
    }
    }
}

static bool read_values(struct finder *f, const struct move_attribute *test, struct move_test *t) {
    const struct move_function *fn = t->function;
    struct b32 *values = ARENA_ARRAY(f->arena, struct b32, fn->param_count + 1);
    for (uint32_t i = 0; i < fn->param_count; i++) {
        struct bytes name = fn->params[i].name;
        const struct move_attribute *x = test->items;
        while (x && !bytes_eq(x->name, name)) x = x->next;
        if (!x || !x->has_value)
            return fail(f, test->line, "#[test] gives no value for the parameter", name);
        if (!move_source_address_value(f->names, x->value, &values[i]))
            return fail(f, x->line, "no address that is known here is given for", name);
    }
    t->values = values;
    return true;
}

/* ---- All of them */

static bool is_wanted(const struct move_test *t, const char *filter) {
    struct buf name = {0};
    buf_put_bytes(&name, t->module->name);
    buf_puts(&name, "::");
    buf_put_bytes(&name, t->function->name);
    bool wanted = !filter || strstr(buf_cstr(&name), filter);
    buf_free(&name);
    return wanted;
}

static int by_name(const void *pa, const void *pb) {
    const struct move_test *a = pa, *b = pb;
    int c = memcmp(&a->address, &b->address, sizeof a->address);
    if (!c) c = bytes_cmp(a->module->name, b->module->name);
    return c ? c : bytes_cmp(a->function->name, b->function->name);
}

static bool add_tests(struct finder *f, const char *filter, struct buf *list) {
    for (const struct move_function *fn = f->module->functions; fn; fn = fn->next) {
        const struct move_attribute *test = find(fn->attributes, "test");
        const struct move_attribute *failure = find(fn->attributes, "expected_failure");
        if (!test) continue;
        struct move_test t = {.module = f->module, .function = fn};
        if (!is_wanted(&t, filter)) continue;
        if (!move_source_address(f->names, f->module->address, &t.address))
            return fail(f, fn->line, "the module's address has no value:", f->module->address);
        if (!read_values(f, test, &t)) return false;
        if (failure && !read_expectation(f, failure, &t.expected)) return false;
        buf_put(list, &t, sizeof t);
    }
    return true;
}

bool move_tests_find(struct arena *a, const struct move_names *names, const struct move_module *end,
                     const char *filter, struct move_test_list *out, struct buf *why) {
    struct buf list = {0};
    bool ok = true;
    for (const struct move_module *m = names->modules; m != end && ok; m = m->next) {
        struct finder f = {a, names, m, why};
        ok = add_tests(&f, filter, &list);
    }
    out->count = (uint32_t)(list.n / sizeof *out->at);
    out->at = ARENA_ARRAY(a, struct move_test, out->count + 1);
    if (list.n) memcpy(out->at, list.p, list.n);
    qsort(out->at, out->count, sizeof *out->at, by_name);
    buf_free(&list);
    return ok;
}

/* ---- Judging */

static void put_place(struct buf *b, const struct b32 *address, struct bytes module) {
    buf_puts(b, " in the module ");
    put_move_address(b, address);
    buf_puts(b, "::");
    buf_put_bytes(b, module);
}

static void put_status(struct buf *b, enum mv_status_code code) {
    const char *name = mv_status_name(code);
    buf_printf(b, "%s (code %u)", name ? name : "UNKNOWN_STATUS", (unsigned)code);
}

static void put_expected(struct buf *b, const struct move_expectation *e) {
    if (e->status == MV_ABORTED) {
        buf_printf(b, "to abort with code %llu", (unsigned long long)e->sub);
        if (e->has_location) buf_puts(b, " originating");
    } else {
        buf_puts(b, "to fail with ");
        put_status(b, e->status);
        if (e->has_sub) buf_printf(b, " and minor status %llu", (unsigned long long)e->sub);
        if (e->has_location) buf_puts(b, " originating");
    }
    if (e->has_location) put_place(b, &e->address, e->module);
}

static bool matches(const struct move_expectation *e, const struct mv_outcome *o) {
    bool has_sub = o->code == MV_ABORTED || o->sub_status;
    uint64_t sub = o->code == MV_ABORTED ? o->abort_code : o->sub_status;
    if (!e->has_status) return true;
    /* As in Aptos' runner, a failure that has a minor status is only expected with it. */
    if (o->code != e->status || has_sub != e->has_sub || (has_sub && sub != e->sub)) return false;
    if (!e->has_location) return true;
    return o->has_place && b32_eq(&o->module_address, &e->address) &&
           bytes_eq(o->module_name, e->module);
}

bool move_test_judge(const struct move_test *t, const struct mv_outcome *o, struct buf *why) {
    bool failed = o->code != MV_EXECUTED;
    if (!t->expected.fails) {
        if (failed && o->code == MV_OUT_OF_GAS)
            buf_puts(why, "Test timed out: it ran out of gas (--gas-limit), and it");
        else if (failed)
            buf_puts(why, "Test was not expected to error, but it");
        return !failed;
    }
    if (!failed) {
        buf_puts(why, "Test did not error as expected");
        if (!t->expected.has_status) return false;
        buf_puts(why, ". It was expected ");
        put_expected(why, &t->expected);
        return false;
    }
    if (matches(&t->expected, o)) return true;
    buf_puts(why, "Test did not error as expected. Expected test ");
    put_expected(why, &t->expected);
    buf_puts(why, " but instead it");
    return false;
}

/* The constant whose name begins with E and whose value this is; or, for a code with a category
 * above its lower two bytes (0x1::error), the reason below it. */
static struct bytes constant_name(const struct move_names *names, const struct mv_outcome *o) {
    const struct move_module *m = move_source_module(names, &o->module_address, o->module_name);
    struct bytes reason = {0};
    for (const struct move_constant *c = m ? m->constants : NULL; c; c = c->next) {
        unsigned __int128 v;
        if (c->name.p[0] != 'E' || !move_source_number(names, m, c->value, &v, NULL)) continue;
        if (v == o->abort_code) return c->name;
        if (o->abort_code >> 16 && v == (o->abort_code & 0xffff)) reason = c->name;
    }
    return reason;
}

void put_move_failure(struct buf *b, const struct move_names *names, const struct mv_outcome *o) {
    if (o->code == MV_ABORTED) {
        buf_printf(b, "aborted with code %llu", (unsigned long long)o->abort_code);
        if (o->abort_code >> 16) buf_printf(b, " = 0x%llx", (unsigned long long)o->abort_code);
        struct bytes name = o->has_place ? constant_name(names, o) : (struct bytes){0};
        if (name.n) buf_printf(b, " (%.*s)", (int)name.n, (const char *)name.p);
    } else {
        buf_puts(b, "gave ");
        put_status(b, o->code);
        if (o->sub_status)
            buf_printf(b, " with minor status %llu", (unsigned long long)o->sub_status);
    }
    if (o->has_place) {
        buf_puts(b, " originating");
        put_place(b, &o->module_address, o->module_name);
    }
    if (o->message.n) {
        buf_puts(b, ": ");
        buf_put_bytes(b, o->message);
    }
}
