/* Solana accounts as items. The value under ST_SVM_ACCOUNT is
 *   lamports (8) ‖ rent epoch (8) ‖ owner (32) ‖ executable (1)
 * in little-endian order; the data is a value of its own under ST_SVM_DATA. */
#include "state/store_impl.h"

enum { HEADER_BYTES = 49 };

static void decode(struct st_svm_account *out, struct bytes header) {
    assert(header.n == HEADER_BYTES);
    out->lamports = load_le64(header.p);
    out->rent_epoch = load_le64(header.p + 8);
    memcpy(&out->owner, header.p + 16, 32);
    out->executable = header.p[48] != 0;
}

struct u256 st_svm_lamports(struct bytes header) {
    return header.n == HEADER_BYTES ? u256_from_u64(load_le64(header.p)) : U256_ZERO;
}

bool st_svm_account(struct st_journal *j, const struct b32 *key, struct st_svm_account *out) {
    struct bytes header;
    *out = (struct st_svm_account){0};
    if (!st_get(j, ST_SVM_ACCOUNT, BYTES_OF(*key), &header)) return false;
    decode(out, header);
    if (!st_get(j, ST_SVM_DATA, BYTES_OF(*key), &out->data)) out->data = (struct bytes){0};
    return true;
}

void st_set_svm_account(struct st_journal *j, const struct b32 *key,
                        const struct st_svm_account *a) {
    uint8_t header[HEADER_BYTES];
    if (a->lamports == 0) {
        st_delete(j, ST_SVM_ACCOUNT, BYTES_OF(*key));
        st_delete(j, ST_SVM_DATA, BYTES_OF(*key));
        return;
    }
    store_le64(header, a->lamports);
    store_le64(header + 8, a->rent_epoch);
    memcpy(header + 16, &a->owner, 32);
    header[48] = a->executable;
    st_put(j, ST_SVM_ACCOUNT, BYTES_OF(*key), BYTES_OF(header));
    if (a->data.n)
        st_put(j, ST_SVM_DATA, BYTES_OF(*key), a->data);
    else
        st_delete(j, ST_SVM_DATA, BYTES_OF(*key));
}

bool st_snapshot_svm_account(const struct st_snapshot *snap, const struct b32 *key,
                             struct st_svm_account *out) {
    struct bytes header;
    *out = (struct st_svm_account){0};
    if (!st_snapshot_get(snap, ST_SVM_ACCOUNT, BYTES_OF(*key), &header)) return false;
    decode(out, header);
    if (!st_snapshot_get(snap, ST_SVM_DATA, BYTES_OF(*key), &out->data))
        out->data = (struct bytes){0};
    return true;
}

struct scan {
    bool (*visit)(void *ctx, const struct b32 *key, const struct st_svm_account *a);
    void *ctx;
};

static bool scan_account(void *ctx, struct bytes key, struct bytes value) {
    const struct scan *s = ctx;
    struct st_svm_account a = {0};
    struct b32 k;
    assert(key.n == sizeof k);
    memcpy(&k, key.p, sizeof k);
    decode(&a, value);
    return s->visit(s->ctx, &k, &a);
}

void st_snapshot_each_svm_account(const struct st_snapshot *snap,
                                  bool (*visit)(void *ctx, const struct b32 *key,
                                                const struct st_svm_account *a),
                                  void *ctx) {
    struct scan s = {visit, ctx};
    st_snapshot_scan(snap, ST_SVM_ACCOUNT, (struct bytes){0}, (struct bytes){0}, scan_account, &s);
}
