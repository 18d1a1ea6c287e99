/* Programs of any instructions, mended so that the verifier lets most of them through, run by both
 * engines. The first byte chooses version and meter; then eight bytes are an instruction. */
#include "../unit/svm/engines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS_MAX = 64 };

/* Registers and targets that exist; immediates that most forms accept. */
static void mend(uint8_t *slot, size_t at, size_t count, enum svm_version version) {
    while (!svm_isa(version, slot[0])) slot[0]++;
    const struct svm_row *row = svm_isa(version, slot[0]);
    slot[1] = (uint8_t)((slot[1] & 15) % 10 | (slot[1] >> 4) % 11 << 4);
    if (row->form == FORM_WIDE && at + 1 == count) slot[0] = 0x95;
    if (row->form == FORM_JUMP)
        store_le16(slot + 2, (uint16_t)(load_le16(slot + 2) % count - at - 1));
    if (row->form == FORM_IMM_SHIFT32 || row->form == FORM_IMM_SHIFT64)
        store_le32(slot + 4, slot[4] & 31);
    if (row->form == FORM_IMM_ENDIAN) store_le32(slot + 4, 16u << slot[4] % 3);
    if (row->form == FORM_CALLX && version < SVM_V2) store_le32(slot + 4, slot[4] % 10);
    if (row->form == FORM_CALL && version == SVM_V3) {
        slot[1] = (uint8_t)((slot[1] & 15) | (slot[4] & 1) << 4);
        if (slot[4] & 1) store_le32(slot + 4, (uint32_t)(slot[5] % count - at - 1));
    }
    if ((row->form == FORM_LOAD || row->form == FORM_STORE) && slot[4] & 1)
        store_le16(slot + 2, slot[2]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t text[SLOTS_MAX * SVM_INSTRUCTION_BYTES];
    if (size < 9) return 0;
    enum svm_version version = (enum svm_version)(data[0] % SVM_VERSION_COUNT);
    uint64_t meter = 1 + data[0] / SVM_VERSION_COUNT * 7;
    size_t count = (size - 1) / SVM_INSTRUCTION_BYTES;
    if (count > SLOTS_MAX) count = SLOTS_MAX;
    memcpy(text, data + 1, count * SVM_INSTRUCTION_BYTES);
    for (size_t i = 0; i < count; i++) {
        mend(text + i * SVM_INSTRUCTION_BYTES, i, count, version);
        if (text[i * SVM_INSTRUCTION_BYTES] == 0x18 && version != SVM_V2)
            text[++i * SVM_INSTRUCTION_BYTES] = 0;
    }
    struct svm_load_options options = {
        .lowest = SVM_V0, .highest = SVM_V3, .syscalls = engines_syscalls()};
    struct svm_program *p;
    if (err_is(svm_program_from_text(&p, bytes_make(text, count * SVM_INSTRUCTION_BYTES), version,
                                     &options)))
        return 0;
    engines_agree(p, meter);
    svm_program_unref(p);
    return 0;
}
