/* Parity's stateDiff: each field of an account as "=", {"+": new}, {"-": old} or {"*": {from, to}}.
 */
#include "rpc/eth_json.h"
#include "rpc/trace_prestate.h"

/* What became of an account. As in anvil, only contracts are born: an account that gets its first
 * balance changes from nothing. */
enum fate { STAYS, BORN, DIES };

static enum fate fate_of(const struct pre_account *a) {
    if (a->deleted) return DIES;
    return a->empty && a->created ? BORN : STAYS;
}

/* Writes one field, whose values `put` writes. */
static void put_field(struct json_out *o, enum fate fate, bool same,
                      void (*put)(struct json_out *o, const void *v), const void *from,
                      const void *to) {
    if (fate == STAYS && same) {
        jo_cstring(o, "=");
        return;
    }
    jo_object(o);
    if (fate == STAYS) {
        jo_key(o, "*");
        jo_object(o);
        jo_key(o, "from");
        put(o, from);
        jo_key(o, "to");
        put(o, to);
        jo_end_object(o);
    } else {
        jo_key(o, fate == BORN ? "+" : "-");
        put(o, fate == BORN ? to : from);
    }
    jo_end_object(o);
}

static void put_number(struct json_out *o, const void *v) {
    jo_quantity(o, *(const uint64_t *)v);
}
static void put_balance(struct json_out *o, const void *v) {
    jo_quantity_u256(o, v);
}
static void put_code(struct json_out *o, const void *v) {
    jo_hex(o, *(const struct bytes *)v);
}
static void put_word(struct json_out *o, const void *v) {
    uint8_t word[32];
    u256_store_be(word, v);
    jo_hex(o, BYTES_OF(word));
}

static void put_slot_key(struct json_out *o, const struct u256 *key) {
    put_word(o, key);
    buf_put_u8(o->buf, ':');
    o->comma = false;
}

static void put_storage(const struct prestate *p, struct json_out *o, const struct pre_account *a) {
    jo_key(o, "storage");
    jo_object(o);
    for (uint32_t i = a->first_slot; i && !a->deleted; i = p->slots[i - 1].next) {
        const struct pre_slot *s = &p->slots[i - 1];
        if (u256_eq(&s->value, &s->after)) continue;
        put_slot_key(o, &s->key);
        put_field(o, fate_of(a), false, put_word, &s->value, &s->after);
    }
    jo_end_object(o);
}

static void put_account(const struct prestate *p, struct json_out *o, const struct pre_account *a) {
    enum fate fate = fate_of(a);
    eth_put_address_key(o, &a->address);
    jo_object(o);
    jo_key(o, "balance");
    put_field(o, fate, u256_eq(&a->balance, &a->balance_after), put_balance, &a->balance,
              &a->balance_after);
    jo_key(o, "code");
    put_field(o, fate, !a->code_changed, put_code, &a->code, &a->code_after);
    jo_key(o, "nonce");
    put_field(o, fate, a->nonce == a->nonce_after, put_number, &a->nonce, &a->nonce_after);
    put_storage(p, o, a);
    jo_end_object(o);
}

/* Is there something to tell? Nothing is told of what is not there before and afterwards. */
static bool is_changed(const struct pre_account *a) {
    if (a->deleted) return !a->empty;
    return a->modified && !(a->empty && b32_is_zero(&a->code_hash_after));
}

void trace_prestate_put_diff(struct tracer *self, struct json_out *o) {
    const struct prestate *p = (const struct prestate *)self;
    jo_object(o);
    for (uint32_t i = 0; i < p->account_count; i++)
        if (is_changed(&p->accounts[i])) put_account(p, o, &p->accounts[i]);
    jo_end_object(o);
}
