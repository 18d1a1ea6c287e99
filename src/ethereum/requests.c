/* Requests to the consensus layer (EIP-7685): deposits from logs (EIP-6110), withdrawals and
 * consolidations from the queues of two system contracts (EIP-7002, EIP-7251). */
#include "crypto/crypto.h"
#include "ethereum/internal.h"

enum { REQUEST_DEPOSIT = 0, REQUEST_WITHDRAWAL = 1, REQUEST_CONSOLIDATION = 2 };

struct b32 eth_requests_hash(const struct eth_requests *r) {
    struct buf all = {0};
    struct b32 hash;
    for (size_t i = 0; i < r->count; i++) {
        sha2_256(&hash, r->list[i]);
        buf_put_bytes(&all, BYTES_OF(hash));
    }
    sha2_256(&hash, buf_bytes(&all));
    buf_free(&all);
    return hash;
}

static void add_request(struct eth_run *r, uint8_t type, struct bytes data) {
    if (!data.n) return;
    uint8_t *p = arena_alloc(r->context->arena, data.n + 1, 1);
    p[0] = type;
    memcpy(p + 1, data.p, data.n);
    r->requests.list[r->requests.count++] = bytes_make(p, data.n + 1);
}

/* ---- Deposits */

/* DepositEvent(bytes pubkey, bytes withdrawal_credentials, bytes amount, bytes signature, bytes
 * index): where each part is in the ABI's encoding, and its length. */
enum { DEPOSIT_LOG_BYTES = 576 };
static const struct {
    uint32_t offset, size;
} deposit_parts[] = {{160, 48}, {256, 32}, {320, 8}, {384, 96}, {512, 8}};

static bool word_is(const uint8_t *word, uint64_t value) {
    static const uint8_t zeros[24];
    return memcmp(word, zeros, sizeof zeros) == 0 && load_be64(word + 24) == value;
}

static bool read_deposit(struct bytes data, struct buf *out) {
    if (data.n != DEPOSIT_LOG_BYTES) return false;
    for (size_t i = 0; i < COUNT_OF(deposit_parts); i++)
        if (!word_is(data.p + 32 * i, deposit_parts[i].offset) ||
            !word_is(data.p + deposit_parts[i].offset, deposit_parts[i].size))
            return false;
    for (size_t i = 0; i < COUNT_OF(deposit_parts); i++)
        buf_put(out, data.p + deposit_parts[i].offset + 32, deposit_parts[i].size);
    return true;
}

static bool is_deposit(const struct eth_run *r, const struct st_log *log) {
    static const struct b32 event = {{0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42,
                                      0xaf, 0xea, 0x4e, 0x5c, 0xd8, 0x2d, 0x40, 0x49,
                                      0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0, 0x88, 0x9a,
                                      0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5}};
    return log->vm == ST_VM_EVM && b20_eq(&log->address, &r->rules.deposit_contract) &&
           log->topic_count > 0 && b32_eq(&log->topics[0], &event);
}

static bool collect_deposits(struct eth_run *r, struct eth_refusal *why) {
    struct buf all = {0};
    bool ok = true;
    for (size_t i = 0; i < r->receipt_count && ok; i++)
        for (size_t k = 0; k < r->receipts[i].log_count && ok; k++)
            if (is_deposit(r, &r->receipts[i].logs[k]))
                ok = read_deposit(r->receipts[i].logs[k].data, &all) ||
                     eth_refuse(why, ETH_INVALID_DEPOSIT_EVENT_LAYOUT, "transaction %zu", i);
    if (ok) add_request(r, REQUEST_DEPOSIT, buf_bytes(&all));
    buf_free(&all);
    return ok;
}

/* ---- Queues of system contracts */

static bool collect_queue(struct eth_run *r, uint8_t type, const struct b20 *contract,
                          const char *name, struct eth_refusal *why) {
    struct evm_result result;
    if (b32_eq(&st_account(r->context->journal, contract)->code_hash, &ST_EMPTY_CODE_HASH))
        return eth_refuse(why, ETH_SYSTEM_CONTRACT_EMPTY, "%s", name);
    evm_system_call(&r->env, contract, (struct bytes){NULL, 0}, r->context->arena, &result);
    if (result.status != EVM_SUCCESS)
        return eth_refuse(why, ETH_SYSTEM_CONTRACT_CALL_FAILED, "%s: %s", name,
                          evm_status_text(result.status));
    add_request(r, type, result.output);
    return true;
}

bool eth_collect_requests(struct eth_run *r, struct eth_refusal *why) {
    static const struct b20 withdrawals = {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e,
                                            0xb5, 0x5e, 0x80, 0xd1, 0x9a, 0xd8, 0x35,
                                            0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}};
    static const struct b20 consolidations = {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48,
                                               0x86, 0x42, 0xfb, 0x57, 0x9f, 0x8b, 0x00,
                                               0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}};
    return collect_deposits(r, why) &&
           collect_queue(r, REQUEST_WITHDRAWAL, &withdrawals, "withdrawal requests (EIP-7002)",
                         why) &&
           collect_queue(r, REQUEST_CONSOLIDATION, &consolidations,
                         "consolidation requests (EIP-7251)", why);
}
