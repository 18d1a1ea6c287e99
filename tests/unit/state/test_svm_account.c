/* Solana accounts in the journal and the store, against a model: writes, reverts, blocks, earlier
 * heights, roots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "rand.h"
#include "state/state.h"

enum { KEYS = 12, DATA_MAX = 3000, BLOCKS = 40, STEPS = 25 };

struct model_account {
    uint64_t lamports; /* 0: there is none */
    uint8_t owner, fill;
    bool executable;
    size_t data_bytes;
};

struct world {
    struct model_account at[KEYS];
};

static struct b32 key_of(int i) {
    struct b32 key = {{(uint8_t)i, 0, 0xff, (uint8_t)(i * 7)}};
    return key;
}

static void write_account(struct st_journal *j, struct rand_source *r, struct world *w) {
    static uint8_t data[DATA_MAX];
    int i = (int)rand_below(r, KEYS);
    struct model_account *m = &w->at[i];
    if (rand_below(r, 3)) m->data_bytes = rand_below(r, DATA_MAX) * rand_below(r, 2);
    *m = (struct model_account){.lamports = rand_below(r, 5) ? rand_next(r) | 1 : 0,
                                .owner = (uint8_t)rand_next(r),
                                .fill = (uint8_t)rand_next(r),
                                .executable = rand_below(r, 2),
                                .data_bytes = m->data_bytes};
    memset(data, m->fill, m->data_bytes);
    struct b32 key = key_of(i);
    st_set_svm_account(j, &key,
                       &(struct st_svm_account){.lamports = m->lamports,
                                                .rent_epoch = UINT64_MAX,
                                                .owner = {{m->owner}},
                                                .executable = m->executable,
                                                .data = bytes_make(data, m->data_bytes)});
}

static void check_account(const struct model_account *m, bool present,
                          const struct st_svm_account *a) {
    assert_int_equal(present, m->lamports != 0);
    if (!present) return;
    assert_true(a->lamports == m->lamports && a->owner.b[0] == m->owner);
    assert_true(a->executable == m->executable && a->rent_epoch == UINT64_MAX);
    assert_int_equal(a->data.n, m->data_bytes);
    for (size_t k = 0; k < a->data.n; k++) assert_int_equal(a->data.p[k], m->fill);
}

static void check_journal(struct st_journal *j, const struct world *w) {
    for (int i = 0; i < KEYS; i++) {
        struct st_svm_account a;
        struct b32 key = key_of(i);
        bool present = st_svm_account(j, &key, &a);
        check_account(&w->at[i], present, &a);
    }
}

static void run_transaction(struct st_journal *j, struct rand_source *r, struct world *w) {
    struct world saved = {0};
    st_mark mark = 0;
    bool marked = false;
    st_begin_tx(j);
    for (int i = 0; i < STEPS; i++) {
        switch (rand_below(r, 8)) {
        case 0:
            mark = st_savepoint(j);
            saved = *w;
            marked = true;
            break;
        case 1:
            if (!marked) break;
            st_revert(j, mark);
            *w = saved;
            break;
        default: write_account(j, r, w); break;
        }
    }
    check_journal(j, w);
    st_end_tx(j, true);
}

struct counted {
    const struct world *world;
    int count;
};

static bool count_account(void *ctx, const struct b32 *key, const struct st_svm_account *a) {
    struct counted *c = ctx;
    const struct model_account *m = &c->world->at[key->b[0]];
    assert_true(a->lamports == m->lamports && a->owner.b[0] == m->owner);
    c->count++;
    return true;
}

static void check_height(struct st_store *s, uint64_t height, const struct world *w) {
    struct st_snapshot *snap;
    struct st_roots kept, audited;
    int present = 0;
    assert_false(err_is(st_snapshot_open(s, height, &snap)));
    for (int i = 0; i < KEYS; i++) {
        struct st_svm_account a;
        struct b32 key = key_of(i);
        check_account(&w->at[i], st_snapshot_svm_account(snap, &key, &a), &a);
        present += w->at[i].lamports != 0;
    }
    struct counted c = {w, 0};
    st_snapshot_each_svm_account(snap, count_account, &c);
    assert_int_equal(c.count, present);
    assert_true(st_snapshot_roots(snap, &kept));
    st_snapshot_audit_roots(snap, &audited);
    assert_memory_equal(&kept, &audited, sizeof kept);
    assert_int_equal(b32_is_zero(&kept.svm), present == 0);
    assert_true(b32_is_zero(&kept.queue) && b32_is_zero(&kept.move));
    st_snapshot_close(snap);
}

static void test_svm_accounts_equal_model_at_every_height(void **state) {
    (void)state;
    struct rand_source r = {.state = 4711};
    struct world *worlds = calloc(BLOCKS, sizeof *worlds), now = {0};
    struct st_store *s;
    assert_false(
        err_is(st_store_open(&s, &(struct st_store_options){.history_blocks = UINT64_MAX})));
    struct st_journal *j = st_journal_new(NULL);
    for (uint64_t h = 0; h < BLOCKS; h++) {
        struct st_roots roots;
        for (int i = 0; i < 3; i++) run_transaction(j, &r, &now);
        assert_false(err_is(st_seal_begin(s, j, h, &roots)));
        assert_false(err_is(st_seal_end(s, j)));
        worlds[h] = now;
        if (h == 0) { /* from now on over the store */
            st_journal_free(j);
            j = st_sequencer_journal(s);
        }
    }
    for (uint64_t h = 0; h < BLOCKS; h++) check_height(s, h, &worlds[h]);
    st_journal_free(j);
    st_store_close(s);
    free(worlds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svm_accounts_equal_model_at_every_height),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
