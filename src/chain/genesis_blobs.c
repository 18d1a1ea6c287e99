#include "chain/genesis_blobs.h"

/* .incbin of one file between two symbols. TERN_SOURCE_DIR is the project's root, given by the
 * build. */
#define EMBED(symbol, file)                                                                        \
    __asm__(".section .rodata\n"                                                                   \
            ".balign 16\n"                                                                         \
            "tern_blob_" #symbol ":\n"                                                             \
            ".incbin \"" TERN_SOURCE_DIR "/" file "\"\n"                                           \
            "tern_blob_" #symbol "_end:\n"                                                         \
            ".byte 0\n"                                                                            \
            ".previous\n");                                                                        \
    extern const uint8_t tern_blob_##symbol[], tern_blob_##symbol##_end[];

#define BLOB(symbol)                                                                               \
    bytes_make(tern_blob_##symbol, (size_t)(tern_blob_##symbol##_end - tern_blob_##symbol))

#define MODULE(name)        EMBED(module_##name, "framework/blobs/" #name ".mv")
#define TOKEN(name)         EMBED(token_##name, "framework/blobs/0x3/" #name ".mv")
#define TOKEN_OBJECTS(name) EMBED(token_objects_##name, "framework/blobs/0x4/" #name ".mv")
#include "../../framework/modules.def"

EMBED(movevm, "contracts/artifacts/MoveVM.bin")
EMBED(solanavm, "contracts/artifacts/SolanaVM.bin")
EMBED(tern, "contracts/artifacts/Tern.bin")
EMBED(queue, "contracts/artifacts/TernQueue.bin")
EMBED(gateway, "contracts/artifacts/TernGateway.bin")
EMBED(token_code, "contracts/artifacts/TernToken.bin")

uint32_t chain_genesis_modules(uint8_t address, struct bytes out[CHAIN_GENESIS_MODULES_MAX]) {
    uint32_t n = 0;
#define PUT(low, symbol)                                                                           \
    if (address == (low) || !address) out[n++] = BLOB(symbol);
#define MODULE(name)        PUT(1, module_##name)
#define TOKEN(name)         PUT(3, token_##name)
#define TOKEN_OBJECTS(name) PUT(4, token_objects_##name)
#include "../../framework/modules.def"
#undef PUT
    return n;
}

struct bytes chain_genesis_tern(void) {
    return BLOB(tern);
}

struct bytes chain_genesis_movevm(void) {
    return BLOB(movevm);
}
struct bytes chain_genesis_solanavm(void) {
    return BLOB(solanavm);
}
struct bytes chain_genesis_queue(void) {
    return BLOB(queue);
}
struct bytes chain_genesis_gateway(void) {
    return BLOB(gateway);
}
struct bytes chain_genesis_token_code(void) {
    return BLOB(token_code);
}
