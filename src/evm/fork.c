/* Names of forks and texts of outcomes. */
#include "evm/evm.h"

static const char *const fork_names[EVM_FORK_COUNT] = {
    "Frontier",       "Homestead",         "EIP150",   "EIP158", "Byzantium",
    "Constantinople", "ConstantinopleFix", "Istanbul", "Berlin", "London",
    "Paris",          "Shanghai",          "Cancun",   "Prague", "Osaka",
};

static const struct {
    const char *name;
    enum evm_fork fork;
} fork_aliases[] = {
    {"TangerineWhistle", EVM_EIP150}, {"SpuriousDragon", EVM_EIP158},
    {"Petersburg", EVM_PETERSBURG},   {"Merge", EVM_PARIS},
    {"MuirGlacier", EVM_ISTANBUL},    {"ArrowGlacier", EVM_LONDON},
    {"GrayGlacier", EVM_LONDON},
};

bool evm_fork_parse(struct bytes name, enum evm_fork *out) {
    for (int i = 0; i < EVM_FORK_COUNT; i++) {
        if (bytes_eq(name, bytes_cstr(fork_names[i]))) {
            *out = (enum evm_fork)i;
            return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(fork_aliases); i++) {
        if (bytes_eq(name, bytes_cstr(fork_aliases[i].name))) {
            *out = fork_aliases[i].fork;
            return true;
        }
    }
    return false;
}

const char *evm_fork_name(enum evm_fork fork) {
    return fork < EVM_FORK_COUNT ? fork_names[fork] : "unknown";
}

const char *evm_status_text(enum evm_status status) {
    static const char *const texts[EVM_STATUS_COUNT] = {
        [EVM_SUCCESS] = "success",
        [EVM_REVERT] = "execution reverted",
#define STATUS(name, text) [EVM_##name] = text,
#include "evm/status.def"
#undef STATUS
    };
    return status < EVM_STATUS_COUNT ? texts[status] : "unknown status";
}

const char *evm_tx_err_text(enum evm_tx_err e) {
    static const char *const texts[EVM_TX_ERR_COUNT] = {
        [EVM_TX_OK] = "valid",
#define TX_ERROR(name, text) [EVM_TX_##name] = text,
#include "evm/tx_errors.def"
#undef TX_ERROR
    };
    return e < EVM_TX_ERR_COUNT ? texts[e] : "unknown error";
}
