/* How runs end, and how that reads (aptos-core api/types convert.rs, explain_vm_status). */
#include "move/attributes.h"

#include <stdio.h>

#include "move/session.h"

enum mv_status_code mv_fault(struct mv_session *s, enum mv_status_code code, const char *text) {
    s->fault = (struct mv_outcome){.code = code};
    if (text) s->fault.message = bytes_cstr(text);
    return code;
}

enum mv_status_code mv_fault_at(struct mv_session *s, enum mv_status_code code,
                                const struct mv_fn *f, uint32_t offset) {
    s->fault = (struct mv_outcome){
        .code = code,
        .has_place = true,
        .in_script = f->def == MV_NOWHERE,
        .module_address = f->module->address,
        .module_name = f->module->name,
        .function_name = f->name,
        .function = f->def,
        .code_offset = offset,
    };
    return code;
}

bool mv_outcome_take(struct mv_session *s, enum mv_status_code code, struct mv_outcome *out) {
    if (code == MV_EXECUTED)
        *out = (struct mv_outcome){.code = MV_EXECUTED};
    else
        *out = s->fault;
    /* The cache may be gone before the outcome. */
    out->module_name = arena_copy(&s->arena, out->module_name);
    out->function_name = arena_copy(&s->arena, out->function_name);
    out->message = arena_copy(&s->arena, out->message);
    out->gas_used = mv_session_gas_used(s);
    return code == MV_EXECUTED;
}

static void put_module(struct buf *b, const struct mv_outcome *o) {
    static const char digits[] = "0123456789abcdef";
    unsigned i = 0;
    const uint8_t *a = o->module_address.b;
    while (i < 63 && !(i & 1 ? a[i / 2] & 15 : a[i / 2] >> 4)) i++;
    buf_puts(b, "0x");
    for (; i < 64; i++) buf_put_u8(b, (uint8_t)digits[i & 1 ? a[i / 2] & 15 : a[i / 2] >> 4]);
    buf_puts(b, "::");
    buf_put_bytes(b, o->module_name);
}

static void put_abort(struct mv_session *s, struct buf *b, const struct mv_outcome *o) {
    struct bytes name, description;
    if (o->in_script) {
        buf_printf(b, "Move abort: code 0x%llx", (unsigned long long)o->abort_code);
    } else {
        buf_puts(b, "Move abort in ");
        put_module(b, o);
        if (mv_abort_info(s, o, &name, &description)) {
            buf_puts(b, ": ");
            buf_put_bytes(b, name);
            buf_printf(b, "(0x%llx)", (unsigned long long)o->abort_code);
            /* What a native says of this abort is more than what the module says of its kind. */
            if (!o->message.n) {
                buf_puts(b, ": ");
                buf_put_bytes(b, description);
            }
        } else {
            buf_printf(b, ": 0x%llx", (unsigned long long)o->abort_code);
        }
    }
    if (o->message.n) {
        buf_puts(b, ": ");
        buf_put_bytes(b, o->message);
    }
}

static void put_failure(struct buf *b, const struct mv_outcome *o) {
    buf_puts(b, "Execution failed in ");
    if (o->in_script) {
        buf_puts(b, "script");
    } else {
        put_module(b, o);
        buf_puts(b, "::");
        buf_put_bytes(b, o->function_name);
    }
    buf_printf(b, " at code offset %u", (unsigned)o->code_offset);
    /* A module that is locked by a crossing: no status of Aptos' says so. */
    if (o->code == MV_RUNTIME_DISPATCH_ERROR && o->message.n) {
        buf_puts(b, ": ");
        buf_put_bytes(b, o->message);
    }
}

struct bytes mv_status_text(struct mv_session *s, const struct mv_outcome *o) {
    struct buf b = {0};
    if (o->code == MV_EXECUTED) {
        buf_puts(&b, "Executed successfully");
    } else if (o->code == MV_OUT_OF_GAS) {
        buf_puts(&b, "Out of gas");
    } else if (o->code == MV_ABORTED && o->has_place) {
        put_abort(s, &b, o);
    } else if (o->code > 4000 && o->code < 5000 && o->has_place) {
        put_failure(&b, o);
    } else {
        const char *name = mv_status_name(o->code);
        buf_puts(&b, name ? name : "UNKNOWN_STATUS");
        if (o->message.n) {
            buf_puts(&b, ": ");
            buf_put_bytes(&b, o->message);
        }
    }
    struct bytes text = arena_copy(&s->arena, buf_bytes(&b));
    buf_free(&b);
    return text;
}
