/* The journal's naive model: the whole world is one plain struct, a savepoint is a copy of it and a
 * revert copies it back. `drive_step` does one random operation to a journal and to the model. */
#ifndef TERN_TESTS_STATE_MODEL_H
#define TERN_TESTS_STATE_MODEL_H

#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef MODEL_WITHOUT_CMOCKA
#define assert_true(x)         ((x) ? (void)0 : abort())
#define assert_int_equal(x, y) assert_true((uint64_t)(x) == (uint64_t)(y))
#else
#include <cmocka.h>
#endif

#include "rand.h"

enum {
    M_ACCOUNTS = 7,
    M_KEYS = 6,
    M_ITEM_DOMAINS = 4,
    M_ITEM_KEYS = 6,
    M_VALUE_MAX = 40,
    M_LOGS_MAX = 64,
    M_QUEUE_MAX = 64,
    M_SAVEPOINTS_MAX = 24,
    M_CODES = 4, /* code 0 is the empty one */
};

struct m_account {
    bool exists, touched, created, destructed, warm;
    uint64_t nonce, balance;
    uint32_t code;
    uint64_t current[M_KEYS], original[M_KEYS], transient[M_KEYS];
    bool slot_warm[M_KEYS];
};

struct m_item {
    bool present;
    uint8_t size;
    uint8_t value[M_VALUE_MAX];
};

struct m_world {
    struct m_account account[M_ACCOUNTS];
    struct m_item item[M_ITEM_DOMAINS][M_ITEM_KEYS];
    uint64_t log[M_LOGS_MAX];
    uint32_t log_count;
    uint64_t queue[M_QUEUE_MAX];
    uint32_t queue_count;
    int64_t refund;
};

struct drive {
    struct rand_source r;
    struct st_journal *j;
    struct m_world now;
    struct m_world saved[M_SAVEPOINTS_MAX];
    st_mark mark[M_SAVEPOINTS_MAX];
    uint64_t fingerprint[M_SAVEPOINTS_MAX];
    uint32_t saved_count;
    bool in_tx, with_fingerprints;
    uint64_t operations, reverts, transactions;
};

static inline struct b20 m_address(uint32_t i) {
    struct b20 a = {{0xa0, (uint8_t)(i * 37)}};
    a.b[19] = (uint8_t)i;
    return a;
}

/* Neighbours, and far apart ones. */
static inline struct u256 m_key(uint32_t i) {
    return i & 1 ? (struct u256){{i, 0, 0, (uint64_t)i << 60}} : u256_from_u64(i);
}

static inline enum st_domain m_domain(uint32_t i) {
    static const enum st_domain domains[M_ITEM_DOMAINS] = {ST_MOVE_RESOURCE, ST_MOVE_TABLE_ITEM,
                                                           ST_CROSS_MESSAGE, ST_CHAIN_PARAM};
    return domains[i];
}

/* Keys with zeros, prefixes of each other, empty, and one longer than the store's own keys. */
static inline struct bytes m_item_key(uint32_t i, uint8_t room[700]) {
    static const uint16_t sizes[M_ITEM_KEYS] = {0, 1, 33, 34, 600, 601};
    memset(room, 0, 700);
    if (i >= 2) room[31] = 1;
    if (i >= 4) memset(room + 32, 0x5a, 668), room[590] = 0;
    return (struct bytes){room, sizes[i]};
}

static inline struct bytes m_code_bytes(uint32_t code, uint8_t room[40]) {
    memset(room, 0x60 + (int)code, 40);
    return (struct bytes){room, code * 10};
}

static inline struct st_account *m_at(struct drive *d, uint32_t i) {
    struct b20 address = m_address(i);
    return st_account(d->j, &address);
}

static inline void m_check_slot(struct drive *d, uint32_t i, uint32_t k) {
    struct m_account *m = &d->now.account[i];
    struct u256 key = m_key(k);
    const struct st_slot *s = st_slot(d->j, m_at(d, i), &key);
    struct u256 current = u256_from_u64(m->current[k]), original = u256_from_u64(m->original[k]);
    assert_true(u256_eq(&s->current, &current));
    if (d->in_tx) assert_true(u256_eq(&s->original, &original));
}

static inline void m_check_account(struct drive *d, uint32_t i) {
    struct m_account *m = &d->now.account[i];
    struct st_account *a = m_at(d, i);
    struct u256 balance = u256_from_u64(m->balance);
    uint8_t room[40];
    const struct st_code *code = st_account_code(d->j, a);
    assert_int_equal(a->exists, m->exists);
    assert_int_equal(a->touched, m->touched);
    assert_int_equal(a->created, m->created);
    assert_int_equal(a->destructed, m->destructed);
    assert_int_equal(a->nonce, m->nonce);
    assert_true(u256_eq(&a->balance, &balance));
    assert_true(bytes_eq(bytes_make(code->bytes, code->size), m_code_bytes(m->code, room)));
    assert_true(b32_eq(&code->hash, &a->code_hash));
    assert_int_equal(st_account_is_warm(d->j, a), m->warm);
}

static inline void m_check_item(struct drive *d, uint32_t domain, uint32_t k) {
    struct m_item *m = &d->now.item[domain][k];
    uint8_t room[700];
    struct bytes value;
    bool present = st_get(d->j, m_domain(domain), m_item_key(k, room), &value);
    assert_int_equal(present, m->present);
    if (present) assert_true(bytes_eq(value, bytes_make(m->value, m->size)));
}

static inline bool m_has_storage(const struct m_account *m) {
    for (uint32_t k = 0; k < M_KEYS; k++)
        if (m->current[k]) return true;
    return false;
}

/* Compares everything. Loads everything too, so it is called rarely. */
static inline void m_check_world(struct drive *d) {
    for (uint32_t i = 0; i < M_ACCOUNTS; i++) {
        m_check_account(d, i);
        struct st_account *a = m_at(d, i);
        assert_int_equal(st_account_has_storage(d->j, a), m_has_storage(&d->now.account[i]));
        for (uint32_t k = 0; k < M_KEYS; k++) {
            m_check_slot(d, i, k);
            struct u256 key = m_key(k), t = st_transient(d->j, a, &key);
            assert_int_equal(t.w[0], d->now.account[i].transient[k]);
        }
    }
    for (uint32_t domain = 0; domain < M_ITEM_DOMAINS; domain++)
        for (uint32_t k = 0; k < M_ITEM_KEYS; k++) m_check_item(d, domain, k);
    size_t logs;
    const struct st_log *log = st_logs(d->j, &logs);
    assert_int_equal(logs, d->now.log_count);
    for (size_t i = 0; i < logs; i++) {
        assert_int_equal(log[i].data.n, 8);
        assert_int_equal(load_le64(log[i].data.p), d->now.log[i]);
    }
    assert_int_equal(st_queue_count(d->j), d->now.queue_count);
    for (uint32_t i = 0; i < d->now.queue_count; i++)
        assert_int_equal((uintptr_t)st_queue_at(d->j, i), d->now.queue[i]);
    assert_int_equal(st_refund(d->j), d->now.refund);
}

static inline void m_wipe(struct m_account *m) {
    memset(m->current, 0, sizeof m->current);
    memset(m->original, 0, sizeof m->original);
}

static inline bool m_is_empty(const struct m_account *m) {
    return !m->nonce && !m->balance && !m->code;
}

static inline void m_account_operation(struct drive *d) {
    uint32_t i = rand_below(&d->r, M_ACCOUNTS);
    struct m_account *m = &d->now.account[i];
    struct st_account *a = m_at(d, i);
    uint64_t v = rand_below(&d->r, 3);
    switch (rand_below(&d->r, 12)) {
    case 0:
    case 1:
    case 2: {
        struct u256 balance = u256_from_u64(v);
        st_set_balance(d->j, a, &balance);
        m->balance = v, m->exists = m->touched = true;
        break;
    }
    case 3:
    case 4:
        st_set_nonce(d->j, a, v);
        m->nonce = v, m->exists = m->touched = true;
        break;
    case 5: {
        uint8_t room[40];
        m->code = rand_below(&d->r, M_CODES), m->exists = m->touched = true;
        st_set_code(d->j, a, st_code_new(m_code_bytes(m->code, room)));
        break;
    }
    case 6: {
        bool make = v == 0;
        st_touch(d->j, a, make);
        m->touched = true, m->exists |= make;
        break;
    }
    case 7:
        if (v) break;
        st_mark_created(d->j, a);
        m->exists = m->created = m->touched = true, m->code = 0;
        m_wipe(m);
        break;
    case 8:
        if (v) break;
        st_mark_destructed(d->j, a);
        m->destructed = m->touched = true;
        break;
    case 9:
    case 10:
        assert_int_equal(st_warm_account(d->j, a), !m->warm);
        m->warm = true;
        break;
    default: m_check_account(d, i); break;
    }
}

static inline void m_slot_operation(struct drive *d) {
    uint32_t i = rand_below(&d->r, M_ACCOUNTS), k = rand_below(&d->r, M_KEYS);
    struct m_account *m = &d->now.account[i];
    struct st_account *a = m_at(d, i);
    struct u256 key = m_key(k), value = u256_from_u64(rand_below(&d->r, 4));
    switch (rand_below(&d->r, 6)) {
    case 0:
    case 1:
        /* As the EVM: only an account that is there has storage. */
        if (!m->exists) break;
        st_set_slot(d->j, st_slot(d->j, a, &key), &value);
        m->current[k] = value.w[0];
        break;
    case 2:
        assert_int_equal(st_warm_slot(d->j, st_slot(d->j, a, &key)), !m->slot_warm[k]);
        m->slot_warm[k] = true;
        break;
    case 3:
        st_set_transient(d->j, a, &key, &value);
        m->transient[k] = value.w[0];
        break;
    case 4:
        value = st_transient(d->j, a, &key);
        assert_int_equal(value.w[0], m->transient[k]);
        assert_int_equal(st_account_has_storage(d->j, a), m_has_storage(m));
        break;
    default: m_check_slot(d, i, k); break;
    }
}

static inline void m_item_operation(struct drive *d) {
    uint32_t domain = rand_below(&d->r, M_ITEM_DOMAINS), k = rand_below(&d->r, M_ITEM_KEYS);
    struct m_item *m = &d->now.item[domain][k];
    uint8_t room[700];
    struct bytes key = m_item_key(k, room);
    switch (rand_below(&d->r, 4)) {
    case 0:
    case 1:
        m->present = true;
        m->size = (uint8_t)rand_below(&d->r, M_VALUE_MAX + 1);
        memset(m->value, (int)rand_next(&d->r), sizeof m->value);
        st_put(d->j, m_domain(domain), key, bytes_make(m->value, m->size));
        break;
    case 2:
        st_delete(d->j, m_domain(domain), key);
        m->present = false;
        break;
    default: m_check_item(d, domain, k); break;
    }
}

static inline void m_list_operation(struct drive *d) {
    uint64_t v = rand_next(&d->r);
    switch (rand_below(&d->r, 3)) {
    case 0:
        if (d->now.log_count == M_LOGS_MAX) break;
        d->now.log[d->now.log_count++] = v;
        st_add_log(d->j, &(struct st_log){.data = BYTES_OF(v)});
        break;
    case 1:
        if (d->now.queue_count == M_QUEUE_MAX) break;
        d->now.queue[d->now.queue_count++] = v;
        st_queue_push(d->j, (void *)(uintptr_t)v);
        break;
    default: {
        int64_t delta = (int64_t)rand_below(&d->r, 100) - 40;
        d->now.refund += delta;
        st_add_refund(d->j, delta);
    }
    }
}

static inline void m_savepoint(struct drive *d) {
    if (d->saved_count == M_SAVEPOINTS_MAX) return;
    uint32_t n = d->saved_count++;
    d->saved[n] = d->now;
    d->mark[n] = st_savepoint(d->j);
    if (d->with_fingerprints) d->fingerprint[n] = st_fingerprint(d->j);
}

/* To any savepoint, not only the newest. */
static inline void m_revert(struct drive *d) {
    if (!d->saved_count) return;
    uint32_t n = rand_below(&d->r, 3) ? d->saved_count - 1 : rand_below(&d->r, d->saved_count);
    st_revert(d->j, d->mark[n]);
    d->now = d->saved[n];
    /* Sometimes the savepoint is used again: a second revert to it must do the same. */
    d->saved_count = rand_below(&d->r, 2) ? n : n + 1;
    if (d->with_fingerprints) assert_true(st_fingerprint(d->j) == d->fingerprint[n]);
    d->reverts++;
}

static inline void m_begin_tx(struct drive *d) {
    st_begin_tx(d->j);
    d->in_tx = true;
    for (uint32_t i = 0; i < M_ACCOUNTS; i++) {
        struct m_account *m = &d->now.account[i];
        memcpy(m->original, m->current, sizeof m->original);
    }
}

static inline void m_end_tx(struct drive *d, bool clear_empty) {
    st_end_tx(d->j, clear_empty);
    for (uint32_t i = 0; i < M_ACCOUNTS; i++) {
        struct m_account *m = &d->now.account[i];
        if (m->destructed || (clear_empty && m->touched && m->exists && m_is_empty(m)))
            *m = (struct m_account){0};
        m->touched = m->created = m->destructed = m->warm = false;
        memset(m->transient, 0, sizeof m->transient);
        memset(m->slot_warm, 0, sizeof m->slot_warm);
    }
    d->now.log_count = d->now.queue_count = 0;
    d->now.refund = 0;
    d->saved_count = 0;
    d->in_tx = false;
    d->transactions++;
}

static inline void drive_step(struct drive *d) {
    if (!d->in_tx) m_begin_tx(d);
    d->operations++;
    uint32_t pick = rand_below(&d->r, 100);
    if (pick < 28)
        m_account_operation(d);
    else if (pick < 58)
        m_slot_operation(d);
    else if (pick < 72)
        m_item_operation(d);
    else if (pick < 80)
        m_list_operation(d);
    else if (pick < 90)
        m_savepoint(d);
    else if (pick < 98)
        m_revert(d);
    else if (pick < 99)
        m_check_world(d);
    else
        m_end_tx(d, rand_below(&d->r, 4) != 0);
}

#endif
