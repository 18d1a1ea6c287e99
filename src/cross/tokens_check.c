/* What there is of a token in each machine, against the books. */
#include "cross/internal.h"
#include "cross/tokens.h"
#include "crypto/crypto.h"
#include "move/native_asset.h"
#include "move/type_tag.h"

/* The init code of a stand-in, as in TernGateway: what its address follows from. */
static const uint8_t clone_code[] = {
    0x3d, 0x60, 0x2d, 0x80, 0x60, 0x0a, 0x3d, 0x39, 0x81, 0xf3, 0x36, 0x3d, 0x3d, 0x37,
    0x3d, 0x3d, 0x3d, 0x36, 0x3d, 0x73, 0x7e, 0,    0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x07, 0x5a, 0xf4,
    0x3d, 0x82, 0x80, 0x3e, 0x90, 0x3d, 0x91, 0x60, 0x2b, 0x57, 0xfd, 0x5b, 0xf3};

static struct u256 supply_in_evm(struct st_journal *j, const struct b32 *id) {
    static const struct u256 total_supply; /* TernToken's first slot */
    struct b32 code;
    keccak256(&code, BYTES_OF(clone_code));
    struct b20 at = evm_create2_address(&XVM_GATEWAY_ADDRESS, id, &code);
    return st_slot(j, st_account(j, &at), &total_supply)->current;
}

/* Of 0x<id>::token::Token, whose asset is the object of 0xa with that name as its seed. */
static struct u256 supply_in_move(struct st_journal *j, const struct b32 *id) {
    static const char name[] = "::token::Token";
    enum { SCHEME_FROM_SEED = 0xfe }; /* 0x1::object */
    uint8_t in[32 + 66 + sizeof name] = {[31] = 0xa}, coin[1 + 32 + 6 + 6 + 1] = {7};
    size_t n = 32 + mv_address_print((char *)in + 32, id);
    memcpy(in + n, name, sizeof name - 1);
    n += sizeof name - 1;
    in[n++] = SCHEME_FROM_SEED;
    memcpy(coin + 1, id, 32);
    memcpy(coin + 33, "\5token\5Token", 12);
    struct b32 asset;
    struct u256 out;
    sha3_256(&asset, bytes_make(in, n));
    mv_coin_supply(j, &asset, id, BYTES_OF(coin), &out);
    return out;
}

static struct u256 supply_in_svm(struct st_journal *j, const struct b32 *id) {
    struct b32 key;
    struct st_svm_account a;
    struct sol_mint mint;
    if (!xvm_token_account(j, id, &key) || !st_svm_account(j, &key, &a) ||
        !sol_mint_read(&a, &mint))
        return U256_ZERO;
    return u256_from_u64(mint.supply);
}

/* An escrow that no issuer's code can touch: SPL Token has none. */
static void read_escrow(struct st_journal *j, const struct b32 *id, struct xvm_token_sums *out) {
    struct b32 key;
    struct st_svm_account a;
    struct sol_token held;
    out->has_escrow = xvm_token_account(j, id, &key);
    if (out->has_escrow && st_svm_account(j, &key, &a) && sol_token_read(&a, &held))
        out->escrow = u256_from_u64(held.amount);
}

void xvm_token_sum(struct st_journal *j, const struct b32 *id, const struct xvm_token *t,
                   struct xvm_token_sums *out) {
    *out = (struct xvm_token_sums){0};
    if (t->home != ST_VM_EVM) out->supply[ST_VM_EVM] = supply_in_evm(j, id);
    if (t->home != ST_VM_MOVE) out->supply[ST_VM_MOVE] = supply_in_move(j, id);
    if (t->home == ST_VM_SVM)
        read_escrow(j, id, out);
    else
        out->supply[ST_VM_SVM] = supply_in_svm(j, id);
}

const char *xvm_token_check(const struct xvm_token *t, const struct xvm_token_sums *sums) {
    struct u256 outside = u256_from_u64(t->moving);
    for (size_t vm = 0; vm < COUNT_OF(t->held); vm++) {
        struct u256 held = u256_from_u64(t->held[vm]);
        if (u256_lt(&held, &sums->supply[vm]))
            return "there is more of it than its books say has arrived";
        u256_add(&outside, &outside, &held);
    }
    if (sums->has_escrow && u256_lt(&sums->escrow, &outside))
        return "its escrow is less than what is outside of its home";
    return NULL;
}
