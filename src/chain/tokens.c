/* Tokens of the gateway at a seal: what there is of each whose books the block has changed is
 * covered by its escrow. */
#include "chain/internal.h"

#include "codec/hex.h"
#include "cross/tokens.h"

void chain_tokens_watch(struct chain *c, struct bytes key) {
    struct b32 id;
    if (xvm_token_of_key(key, &id)) buf_put(&c->tokens_touched, &id, sizeof id);
}

static void report(uint64_t height, const struct b32 *id, const struct xvm_token *t,
                   const struct xvm_token_sums *sums, const char *why) {
    static const char *const machines[] = {"the EVM", "Move", "Solana"};
    char hex[65], supply[3][80], escrow[80];
    hex_encode(hex, BYTES_OF(*id));
    hex[64] = 0;
    for (size_t vm = 0; vm < 3; vm++) supply[vm][u256_to_dec(supply[vm], &sums->supply[vm])] = 0;
    escrow[u256_to_dec(escrow, &sums->escrow)] = 0;
    log_line(LOG_ERROR,
             "block %llu: token 0x%s (%.*s, at home in %s): %s. The EVM has %s units of it, Move "
             "%s, Solana %s; its books say %llu, %llu and %llu, and %llu on their way%s%s",
             (unsigned long long)height, hex, (int)t->symbol_bytes, (const char *)t->symbol,
             machines[t->home], why, supply[0], supply[1], supply[2],
             (unsigned long long)t->held[0], (unsigned long long)t->held[1],
             (unsigned long long)t->held[2], (unsigned long long)t->moving,
             sums->has_escrow ? "; in escrow are " : "", sums->has_escrow ? escrow : "");
}

struct err chain_tokens_check(struct chain *c, uint64_t height) {
    struct bytes ids = buf_bytes(&c->tokens_touched);
    bool covered = true;
    for (size_t at = 0; at < ids.n; at += 32) {
        struct b32 id;
        struct xvm_token t;
        struct xvm_token_sums sums;
        memcpy(&id, ids.p + at, sizeof id);
        if (!xvm_token_get(c->journal, &id, &t)) continue;
        xvm_token_sum(c->journal, &id, &t, &sums);
        const char *why = xvm_token_check(&t, &sums);
        if (!why) continue;
        report(height, &id, &t, &sums, why);
        covered = false;
    }
    if (covered) return ERR_NONE;
    return err_at(CHAIN_ERR_SUPPLY,
                  "a token would be more than its escrow: the block is not sealed", height);
}
