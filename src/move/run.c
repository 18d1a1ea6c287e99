/* Entry points: what may be called from outside, and how arguments come in (aptos-vm
 * transaction_arg_validation.rs, view_function.rs). */
#include <assert.h>

#include "codec/utf8.h"
#include "move/attributes.h"
#include "move/publish.h"
#include "move/session.h"
#include "move/verify.h"

enum run_mode { RUN_ENTRY, RUN_FUNCTION, RUN_VIEW, RUN_SCRIPT, RUN_SYSTEM };

enum { RESULT_BYTES_MAX = 1 << 20 };

/* ---- Finding the function */

static bool find_types(struct mv_session *s, const struct mv_call *call,
                       struct mv_type_list *list) {
    const struct mv_type **types =
        ARENA_ARRAY(&s->arena, const struct mv_type *, call->type_arg_count + 1);
    for (uint32_t i = 0; i < call->type_arg_count; i++) {
        enum mv_status_code why = MV_TYPE_RESOLUTION_FAILURE;
        types[i] = mv_session_type(s, call->type_args[i], &why);
        if (!types[i]) return mv_fault(s, why, "a type argument cannot be resolved"), false;
    }
    *list = (struct mv_type_list){types, call->type_arg_count};
    return true;
}

static struct mv_fn *instance(struct mv_session *s, const struct mv_call *call, struct mv_loaded *m,
                              uint32_t def) {
    struct mv_type_list types;
    if (!find_types(s, call, &types)) return NULL;
    enum mv_status_code why = MV_OK;
    mv_cache_lock(s->cache);
    struct mv_fn *f = mv_fn_get(s->cache, m, def, types, &why);
    mv_cache_unlock(s->cache);
    if (!f) mv_fault(s, why, "the type arguments do not fit the function");
    return f;
}

struct mv_fn *mv_find_fn(struct mv_session *s, const struct mv_call *call) {
    struct mv_err err = MV_ERR_NONE;
    struct mv_loaded *m = mv_session_module(s, &call->module_address, call->module_name, &err);
    if (!m) return mv_fault(s, err.code, err.text), NULL;
    uint32_t def = mv_loaded_function(m, call->function_name);
    if (def == MV_NOWHERE)
        return mv_fault(s, MV_FUNCTION_RESOLUTION_FAILURE, "no such function in the module"), NULL;
    return instance(s, call, m, def);
}

/* ---- Arguments */

static bool is_signer(const struct mv_type *t) {
    return t->kind == MV_T_SIGNER || (t->kind == MV_T_REF && t->elem->kind == MV_T_SIGNER);
}

static bool is_named(const struct mv_type *t, const char *module, const char *name) {
    static const struct b32 one = {{[31] = 1}};
    if (t->kind != MV_T_STRUCT && t->kind != MV_T_ENUM) return false;
    const struct mv_module *m = t->module->m;
    return b32_eq(&t->module->address, &one) && bytes_eq(t->module->name, bytes_cstr(module)) &&
           bytes_eq(mv_identifier(m, m->struct_handles[m->struct_defs[t->def].handle].name),
                    bytes_cstr(name));
}

/* Types whose values may be made from bytes. A struct's wire form, its constructor's argument, is
 * the BCS of its one field, hence of the struct itself. */
static bool is_allowed(const struct mv_type *t) {
    switch (t->kind) {
    case MV_T_VECTOR: return is_allowed(t->elem);
    case MV_T_STRUCT:
        if (is_named(t, "option", "Option")) return is_allowed(t->args[0]);
        return is_named(t, "string", "String") || is_named(t, "object", "Object") ||
               is_named(t, "fixed_point32", "FixedPoint32") ||
               is_named(t, "fixed_point64", "FixedPoint64");
    default: return t->kind < MV_T_SIGNER;
    }
}

/* Has the address a resource of the type that an Object names? No value of that type is in the
 * Object, so nothing may have laid it out yet. */
static enum mv_status_code object_has(struct mv_session *s, const struct b32 *address,
                                      const struct mv_type *t, bool *there) {
    enum mv_status_code why = MV_OK;
    mv_cache_lock(s->cache);
    bool laid = mv_type_lay(s->cache, t, &why);
    mv_cache_unlock(s->cache);
    return laid ? mv_global_exists(s, address, t, there) : why;
}

enum mv_status_code mv_value_admit(struct mv_session *s, const struct mv_type *t,
                                   const uint8_t *p) {
    if (t->kind == MV_T_VECTOR) {
        const struct mv_vec *v = (const struct mv_vec *)p;
        if (t->elem->kind < MV_T_SIGNER) return MV_OK;
        for (uint32_t i = 0; i < v->len; i++) {
            enum mv_status_code e = mv_value_admit(s, t->elem, v->p + (size_t)i * t->elem->size);
            if (e) return e;
        }
        return MV_OK;
    }
    if (t->kind != MV_T_STRUCT) return MV_OK;
    const struct mv_vec *v = (const struct mv_vec *)p;
    if (is_named(t, "string", "String"))
        return utf8_valid(mv_vec_bytes(v)) ? MV_OK : MV_FAILED_TO_DESERIALIZE_ARGUMENT;
    if (is_named(t, "option", "Option")) {
        if (v->len > 1) return MV_FAILED_TO_DESERIALIZE_ARGUMENT;
        return mv_value_admit(s, t->fields[0].type, p);
    }
    if (is_named(t, "object", "Object")) {
        bool there;
        const struct mv_type *core = mv_framework_type(s, "object", "ObjectCore");
        enum mv_status_code e = core ? MV_OK : MV_FAILED_TO_DESERIALIZE_ARGUMENT;
        if (!e) e = mv_global_exists(s, (const struct b32 *)p, core, &there);
        if (!e && there) e = object_has(s, (const struct b32 *)p, t->args[0], &there);
        return e ? e : there ? MV_OK : MV_FAILED_TO_DESERIALIZE_ARGUMENT;
    }
    return MV_OK;
}

/* What a callback is given, when the machine calls one. */
static bool is_outcome(const struct mv_call *call, const struct mv_type *t) {
    return call->is_callback && is_named(t, "evm", "Outcome");
}

static bool put_argument(struct mv_session *s, const struct mv_call *call, const struct mv_type *t,
                         struct bytes in, enum run_mode mode, uint64_t *slots) {
    if (mv_is_ref(t))
        return mv_fault(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE, "a parameter is a reference"), false;
    if (mode != RUN_SYSTEM && !is_allowed(t) && !is_outcome(call, t))
        return mv_fault(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE,
                        "a parameter's type cannot be made from bytes"),
               false;
    struct mv_decoder d = {.heap = &s->heap, .session = s};
    memset(slots, 0, 8 * mv_slots(t));
    enum mv_status_code e = mv_value_decode(&d, t, in, slots);
    if (e == MV_VALUE_DESERIALIZATION_ERROR) e = MV_FAILED_TO_DESERIALIZE_ARGUMENT;
    if (!e && mode != RUN_SYSTEM) e = mv_value_admit(s, t, (const uint8_t *)slots);
    if (e) return mv_fault(s, e, "an argument's bytes are not a value of its type"), false;
    return true;
}

static void put_signer(struct mv_session *s, const struct mv_type *t, const struct b32 *signer,
                       uint64_t *slots) {
    if (t->kind == MV_T_SIGNER) {
        memcpy(slots, signer, sizeof *signer);
        return;
    }
    struct b32 *own = ARENA_NEW(&s->arena, struct b32);
    *own = *signer;
    slots[0] = (uint64_t)(uintptr_t)own;
}

/* The signer parameters that a mode wants filled; false with a fault if they do not fit. */
static bool count_signers(struct mv_session *s, const struct mv_fn *f, const struct mv_call *call,
                          enum run_mode mode, uint32_t *count) {
    uint32_t n = 0;
    bool leading = true;
    for (unsigned i = 0; i < f->param_count; i++) {
        bool is = is_signer(f->params[i]);
        if (is && !leading && mode != RUN_SYSTEM)
            return mv_fault(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE,
                            "a signer parameter behind others"),
                   false;
        leading &= is;
        n += is;
    }
    *count = n;
    bool ok = mode == RUN_FUNCTION ? n == 0 || call->signer_count > 0
              : mode == RUN_VIEW   ? n == 0
              : mode == RUN_SYSTEM ? n == call->signer_count
                                   : n == 0 || n == call->signer_count;
    if (!ok) mv_fault(s, MV_NUMBER_OF_SIGNER_ARGUMENTS_MISMATCH, "another number of signers");
    return ok;
}

static bool put_arguments(struct mv_session *s, const struct mv_fn *f, const struct mv_call *call,
                          enum run_mode mode) {
    uint32_t signers, next_signer = 0, next = 0;
    if (!count_signers(s, f, call, mode, &signers)) return false;
    if (f->param_count - signers != call->arg_count)
        return mv_fault(s, MV_NUMBER_OF_ARGUMENTS_MISMATCH, "another number of arguments"), false;
    uint64_t *at = s->top;
    for (unsigned i = 0; i < f->param_count; i++) {
        const struct mv_type *t = f->params[i];
        if (is_signer(t)) {
            put_signer(s, t, &call->signers[mode == RUN_FUNCTION ? 0 : next_signer++], at);
        } else if (!put_argument(s, call, t, call->args[next++], mode, at)) {
            return false;
        }
        at += mv_slots(t);
    }
    return true;
}

/* ---- Results */

static enum mv_status_code take_results(struct mv_session *s, const struct mv_fn *f,
                                        struct mv_outcome *out) {
    struct bytes *results = ARENA_ARRAY(&s->arena, struct bytes, f->return_count + 1);
    const uint64_t *at = s->top;
    struct buf b = {0};
    bool ok = true;
    for (unsigned i = 0; i < f->return_count && ok; i++) {
        const struct mv_type *t = f->returns[i];
        const void *p = mv_is_ref(t) ? (const void *)(uintptr_t)at[0] : at;
        buf_clear(&b);
        ok = mv_value_encode(mv_is_ref(t) ? t->elem : t, p, &b, RESULT_BYTES_MAX);
        results[i] = arena_copy(&s->arena, buf_bytes(&b));
        at += mv_slots(t);
    }
    buf_free(&b);
    if (!ok) return mv_fault(s, MV_VALUE_SERIALIZATION_ERROR, "a result cannot be serialised");
    out->results = results;
    out->result_count = f->return_count;
    return MV_EXECUTED;
}

/* ---- Running */

/* May the run draw random numbers? Not if another function could have called it and undo what it
 * does not like: a private entry function cannot be called, one with #[randomness] says that it
 * takes the risk. The chain's own calls may. */
static bool is_unbiasable(const struct mv_fn *f, enum run_mode mode) {
    if (mode != RUN_ENTRY) return mode == RUN_SYSTEM;
    return f->visibility != MV_PUBLIC ||
           mv_function_has(f->module->m, f->name, MV_MEANS_RANDOMNESS);
}

static bool run(struct mv_session *s, const struct mv_fn *f, const struct mv_call *call,
                enum run_mode mode, struct mv_outcome *out) {
    struct mv_outcome results = {0};
    s->top = s->slots;
    s->unbiasable = is_unbiasable(f, mode);
    enum mv_status_code e = MV_OK;
    if (!put_arguments(s, f, call, mode))
        e = s->fault.code;
    else
        e = mv_interpret(s, f);
    if (e == MV_EXECUTED) e = take_results(s, f, &results);
    /* A unit test that publishes is judged by what it has done until then. */
    if (e == MV_EXECUTED && s->publish.present && mode != RUN_VIEW && !s->p.testing)
        e = mv_publish_requested(s);
    if (e == MV_EXECUTED && mode != RUN_VIEW) {
        enum mv_status_code flushed = mv_items_flush(s);
        if (flushed) e = mv_fault(s, flushed, "the changes cannot be written");
    }
    s->publish.present = false;
    mv_outcome_take(s, e, out);
    out->results = results.results;
    out->result_count = e == MV_EXECUTED ? results.result_count : 0;
    return e == MV_EXECUTED;
}

static bool refuse(struct mv_session *s, enum mv_status_code code, const char *text,
                   struct mv_outcome *out) {
    return mv_outcome_take(s, mv_fault(s, code, text), out);
}

static const struct mv_function_def *definition(const struct mv_fn *f) {
    return &f->module->m->function_defs[f->def];
}

bool mv_run_entry(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out) {
    struct mv_fn *f = mv_find_fn(s, call);
    if (!f) return mv_outcome_take(s, s->fault.code, out);
    if (!definition(f)->is_entry)
        return refuse(s, MV_EXECUTE_ENTRY_FUNCTION_CALLED_ON_NON_ENTRY_FUNCTION,
                      "not an entry function", out);
    if (f->return_count)
        return refuse(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE, "an entry function returns values",
                      out);
    return run(s, f, call, RUN_ENTRY, out);
}

bool mv_run_function(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out) {
    struct mv_fn *f = mv_find_fn(s, call);
    if (!f) return mv_outcome_take(s, s->fault.code, out);
    if (f->visibility != MV_PUBLIC)
        return refuse(s, MV_FUNCTION_RESOLUTION_FAILURE, "not a public function", out);
    for (unsigned i = 0; i < f->return_count; i++)
        if (mv_is_ref(f->returns[i]))
            return refuse(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE, "it returns a reference", out);
    return run(s, f, call, RUN_FUNCTION, out);
}

bool mv_run_view(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out) {
    struct mv_fn *f = mv_find_fn(s, call);
    if (!f) return mv_outcome_take(s, s->fault.code, out);
    if (!mv_is_view(f->module->m, f->name))
        return refuse(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE, "not a view function", out);
    if (f->return_count == 0)
        return refuse(s, MV_INVALID_MAIN_FUNCTION_SIGNATURE, "a view function returns nothing",
                      out);
    return run(s, f, call, RUN_VIEW, out);
}

bool mv_run_system(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out) {
    struct mv_fn *f = mv_find_fn(s, call);
    if (!f) return mv_outcome_take(s, s->fault.code, out);
    return run(s, f, call, RUN_SYSTEM, out);
}

bool mv_run_script(struct mv_session *s, struct bytes code, const struct mv_call *call,
                   struct mv_outcome *out) {
    struct mv_err err = MV_ERR_NONE;
    struct mv_loaded *m = mv_session_script(s, code, &err);
    if (m) {
        struct mv_resolver r = mv_session_resolver(s);
        err = mv_verify_script(m->m, &r, MV_PASS_ALL);
    }
    if (mv_failed(err)) return refuse(s, err.code, err.text, out);
    struct mv_fn *f = instance(s, call, m, MV_NOWHERE);
    if (!f) return mv_outcome_take(s, s->fault.code, out);
    return run(s, f, call, RUN_SCRIPT, out);
}
