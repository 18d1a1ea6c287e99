/* tern_getMessage, tern_getMessages, tern_pending. */
#include "codec/codec.h"
#include "rpc/feed.h"
#include "rpc/tern.h"

/* {pubkey, isSigner, isWritable} of each account, as the caller gave them. */
static void put_metas(struct json_out *o, struct bytes metas) {
    jo_key(o, "metas");
    jo_array(o);
    for (size_t at = 0; at + XVM_META_BYTES <= metas.n; at += XVM_META_BYTES) {
        jo_object(o);
        jo_key(o, "pubkey");
        tern_put_base58(o, bytes_sub(metas, at, 32));
        jo_key(o, "isSigner");
        jo_bool(o, metas.p[at + 32] & XVM_META_SIGNER);
        jo_key(o, "isWritable");
        jo_bool(o, metas.p[at + 32] & XVM_META_WRITABLE);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_target(struct json_out *o, const struct xvm_message *m) {
    if (m->to_vm == ST_VM_MOVE) {
        tern_put_text(o, "moduleId", m->module_name);
        jo_key(o, "moduleAddress");
        /* As given: hexadecimal text, or raw bytes. */
        if (m->module_address.n > 1 && m->module_address.p[0] == '0' &&
            (m->module_address.p[1] | 32) == 'x')
            jo_string(o, m->module_address);
        else
            jo_hex(o, m->module_address);
        tern_put_text(o, "functionId", m->function_name);
        tern_put_text(o, "generics", m->generics);
    } else if (m->to_vm == ST_VM_SVM) {
        jo_key(o, "program");
        tern_put_address(o, ST_VM_SVM, m->program);
        put_metas(o, m->metas);
    } else {
        tern_put_hex(o, "to", m->to);
        tern_put_text(o, "fnAbi", m->fn_abi);
    }
}

/* What else it was sent with. */
static void put_options(struct json_out *o, const struct xvm_message *m) {
    jo_key(o, "value");
    jo_quantity_u256(o, &m->value);
    jo_key(o, "gasLimit");
    jo_quantity(o, m->gas);
    jo_key(o, "refundTo");
    tern_put_address(o, m->from_vm, m->refund_to.n ? m->refund_to : m->sender);
    tern_put_hex(o, "callback", m->callback);
    jo_key(o, "callbackGas");
    jo_quantity(o, m->callback_gas);
    jo_key(o, "onSuccess");
    jo_bool(o, m->on_success);
    tern_put_hex(o, "callbackOf",
                 xvm_is_callback(m) ? BYTES_OF(m->callback_of) : (struct bytes){NULL, 0});
}

void tern_put_message(struct json_out *o, const struct xvm_message *m, uint64_t now) {
    jo_object(o);
    JO_KEY_HEX(o, "id", m->id);
    jo_key(o, "status");
    jo_cstring(o, xvm_status_name(xvm_message_status(m, now)));
    jo_key(o, "failure");
    if (m->failure)
        jo_cstring(o, xvm_failure_name(m->failure));
    else
        jo_null(o);
    tern_put_text(o, "error", m->error);
    tern_put_hex(o, "errorData", m->error_data);
    jo_key(o, "onFail");
    jo_cstring(o, xvm_on_fail_name(m->on_fail));
    jo_key(o, "openRetry");
    jo_bool(o, m->open_retry);
    jo_key(o, "deadline");
    jo_quantity(o, m->deadline);
    put_options(o, m);
    jo_key(o, "from");
    jo_cstring(o, tern_vm_name(m->from_vm));
    jo_key(o, "target");
    jo_cstring(o, tern_vm_name(m->to_vm));
    jo_key(o, "sender");
    tern_put_address(o, m->from_vm, m->sender);
    jo_key(o, "senderAlias");
    tern_put_address(o, m->to_vm, m->sender_alias);
    put_target(o, m);
    tern_put_hex(o, "callData", m->call_data);
    if (m->to_vm == ST_VM_MOVE) {
        jo_key(o, "encoding");
        jo_cstring(o, m->bcs ? "bcs" : "abi");
    }
    tern_put_hex(o, "result", m->result);
    jo_key(o, "attempts");
    jo_number(o, m->attempts);
    jo_key(o, "gasUsed");
    jo_quantity(o, m->gas_used);
    jo_key(o, "index");
    jo_number(o, m->index);
    jo_key(o, "generation");
    jo_number(o, m->generation);
    JO_KEY_HEX(o, "rootHash", m->root_hash);
    jo_key(o, "createdBlock");
    jo_quantity(o, m->created_height);
    jo_key(o, "lastAttemptBlock");
    jo_quantity(o, m->done_height);
    JO_KEY_HEX(o, "lastAttemptRootHash", m->done_root_hash);
    jo_end_object(o);
}

uint64_t tern_newest_second(struct chain_reader *r) {
    struct chain_block head;
    return chain_block_at(r, chain_reader_height(r), &head) ? head.timestamp_us / 1000000 : 0;
}

bool tern_get_message(struct rpc_call *c) {
    struct b32 id;
    struct chain_reader *r;
    struct xvm_message m;
    if (!rpc_hash(c, rpc_param(c, 0), "message id", &id) || !eth_reader(c, &r)) return false;
    if (xvm_message_get(chain_reader_journal(r), &id, c->arena, &m))
        tern_put_message(c->out, &m, tern_newest_second(r));
    else
        jo_null(c->out);
    chain_reader_close(r);
    return true;
}

/* ---- Filters */

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

static bool bad(struct rpc_call *c, const char *name, const char *why) {
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: %s", name, why);
}

static bool read_status(struct rpc_call *c, json_t *v, enum xvm_status *out) {
    const char *text = json_string_value(v);
    for (int s = XVM_PENDING; text && s <= XVM_CALLED_BACK; s++)
        if (!strcmp(text, xvm_status_name((enum xvm_status)s))) {
            *out = (enum xvm_status)s;
            return true;
        }
    return bad(c, "status", "pending, executed, dropped, cancelled or expired is expected");
}

static bool read_sender(struct rpc_call *c, json_t *v, struct tern_filter *out) {
    if (!tern_actor_arg(c, v, "sender", &out->senders[0])) return false;
    out->filter.senders = out->senders;
    out->filter.sender_count = 1;
    if (out->senders[0].vm != ST_VM_MOVE) return true;
    /* In hexadecimal a key of the SVM looks like Move's addresses. */
    out->senders[1] = out->senders[0];
    out->senders[1].vm = ST_VM_SVM;
    out->filter.sender_count = 2;
    return true;
}

static bool read_cursor(struct rpc_call *c, json_t *v, struct chain_message_filter *out) {
    struct bytes b;
    if (!rpc_data(c, v, "cursor", &b)) return false;
    if (b.n != sizeof out->after) return bad(c, "cursor", "it is none that an answer had");
    out->has_after = true;
    memcpy(&out->after, b.p, b.n);
    return true;
}

static bool read_limit(struct rpc_call *c, json_t *v, uint64_t *out) {
    if (!rpc_quantity(c, v, "limit", out)) return false;
    return (*out > 0 && *out <= LIMIT_MAX) ||
           rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument limit: 1 to %d", LIMIT_MAX);
}

static bool read_order(struct rpc_call *c, const json_t *v, bool *out) {
    *out = json_is_true(v);
    return json_is_boolean(v) || bad(c, "newestFirst", "true or false is expected");
}

static bool read_member(struct rpc_call *c, const char *name, json_t *v, uint64_t newest,
                        struct tern_filter *out) {
    struct chain_message_filter *f = &out->filter;
    if (json_is_null(v)) return true;
    if (!strcmp(name, "fromBlock")) return eth_height(c, v, newest, &f->from);
    if (!strcmp(name, "toBlock")) return eth_height(c, v, newest, &f->to);
    if (!strcmp(name, "status")) return read_status(c, v, &f->status);
    if (!strcmp(name, "from")) return (f->has_from_vm = tern_vm_arg(c, v, "from", &f->from_vm));
    if (!strcmp(name, "target")) return (f->has_to_vm = tern_vm_arg(c, v, "target", &f->to_vm));
    if (!strcmp(name, "sender")) return read_sender(c, v, out);
    if (!strcmp(name, "rootHash"))
        return (f->has_root = tern_transaction_arg(c, v, "rootHash", &f->root));
    if (!strcmp(name, "limit")) return read_limit(c, v, &out->limit);
    if (!strcmp(name, "cursor")) return read_cursor(c, v, f);
    if (!strcmp(name, "newestFirst")) return read_order(c, v, &f->reverse);
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "invalid argument 0: no filter has a member '%.100s' (fromBlock, toBlock, "
                    "status, from, target, sender, rootHash, limit, cursor, newestFirst)",
                    name);
}

bool tern_filter_arg(struct rpc_call *c, json_t *v, uint64_t newest, struct tern_filter *out) {
    const char *name;
    json_t *member;
    *out = (struct tern_filter){.filter = {.to = newest}, .limit = LIMIT_DEFAULT};
    if (!v) return true;
    if (!json_is_object(v)) return bad(c, "0", "an object is expected");
    json_object_foreach(v, name, member) {
        if (!read_member(c, name, member, newest, out)) return false;
    }
    return true;
}

/* ---- Lists */

struct page {
    struct json_out *out;
    uint64_t left, now;
    bool is_full;
    struct chain_message_place last;
};

static bool put_one(void *ctx, const struct xvm_message *m,
                    const struct chain_message_place *place) {
    struct page *p = ctx;
    p->is_full = !p->left;
    if (p->is_full) return false;
    p->left--;
    p->last = *place;
    tern_put_message(p->out, m, p->now);
    return true;
}

/* {messages, cursor}: with the cursor the next ones are asked for; null: there are no more. */
static void put_page(struct rpc_call *c, struct chain_reader *r, const struct tern_filter *f) {
    struct page p = {.out = c->out, .left = f->limit, .now = f->filter.now};
    struct chain_message_place reached;
    jo_object(c->out);
    jo_key(c->out, "messages");
    jo_array(c->out);
    bool all = chain_scan_messages(r, &f->filter, put_one, &p, &reached);
    jo_end_array(c->out);
    jo_key(c->out, "cursor");
    if (all)
        jo_null(c->out);
    else
        jo_hex(c->out, p.is_full ? BYTES_OF(p.last) : BYTES_OF(reached));
    jo_end_object(c->out);
}

static bool list(struct rpc_call *c, enum xvm_status status) {
    struct chain_reader *r;
    struct tern_filter f;
    if (!eth_reader(c, &r)) return false;
    bool ok = tern_filter_arg(c, rpc_param(c, 0), chain_reader_height(r), &f);
    if (ok && status && f.filter.status && f.filter.status != status)
        ok = bad(c, "status", "tern_pending shows what is pending; ask tern_getMessages");
    if (ok) {
        f.filter.now = tern_newest_second(r);
        if (status) f.filter.status = status;
        put_page(c, r, &f);
    }
    chain_reader_close(r);
    return ok;
}

bool tern_get_messages(struct rpc_call *c) {
    return list(c, (enum xvm_status)0);
}

/* What may be retried or cancelled. */
bool tern_pending(struct rpc_call *c) {
    return list(c, XVM_PENDING);
}

/* ---- News */

bool tern_message_interest(struct rpc_call *c, json_t *v, struct feed_interest *out) {
    static const char *const members[] = {"status", "sender", "from", "target"};
    struct tern_filter f;
    const char *name;
    json_t *member;
    if (v && !json_is_object(v)) return bad(c, "1", "an object is expected");
    json_object_foreach(v, name, member) {
        bool known = false;
        for (size_t i = 0; i < COUNT_OF(members); i++) known = known || !strcmp(name, members[i]);
        if (!known)
            return rpc_fail(
                c, RPC_INVALID_PARAMS,
                "invalid argument 1: news are not filtered by '%.100s' (status, sender, "
                "from, target)",
                name);
    }
    if (!tern_filter_arg(c, v, 0, &f)) return false;
    out->kind = FEED_MESSAGES;
    out->messages.status = f.filter.status;
    out->messages.has_from_vm = f.filter.has_from_vm;
    out->messages.has_to_vm = f.filter.has_to_vm;
    out->messages.from_vm = f.filter.from_vm;
    out->messages.to_vm = f.filter.to_vm;
    memcpy(out->messages.senders, f.senders, sizeof f.senders);
    out->messages.sender_count = f.filter.sender_count;
    return true;
}

void tern_put_message_news(struct json_out *o, struct chain_reader *r, const struct chain_tx *tx,
                           const struct xvm_leg *l, const struct xvm_message *m) {
    jo_object(o);
    jo_key(o, "kind");
    jo_cstring(o, tern_kind_name(l->kind));
    jo_key(o, "status");
    jo_cstring(o, xvm_status_name((enum xvm_status)l->status));
    JO_KEY_HEX(o, "rootHash", tx->hash);
    jo_key(o, "block");
    jo_quantity(o, tx->height);
    jo_key(o, "message");
    tern_put_message(o, m, tern_newest_second(r));
    jo_end_object(o);
}
