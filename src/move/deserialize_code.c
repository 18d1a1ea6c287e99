/* Reading code: each instruction becomes a struct mv_instr of fixed size. */
#include "move/deserialize.h"

static uint64_t read_le(struct mv_reader *r, unsigned bytes, enum mv_status_code code) {
    if (!mv_read_ok(r)) return 0;
    if ((size_t)(r->end - r->at) < bytes) {
        mv_read_fail(r, code, "immediate runs over the end");
        return 0;
    }
    uint64_t v = 0;
    memcpy(&v, r->at, bytes);
    r->at += bytes;
    return v;
}

static int64_t sign_extend(uint64_t v, unsigned bits) {
    return (int64_t)(v << (64 - bits)) >> (64 - bits);
}

/* A 16- or 32-byte immediate: its place in the wide table. */
static uint64_t read_wide(struct mv_reader *r, unsigned bytes, bool is_signed,
                          enum mv_status_code code) {
    struct u256 v = U256_ZERO;
    for (unsigned i = 0; i < bytes / 8; i++) v.w[i] = read_le(r, 8, code);
    if (!mv_read_ok(r)) return 0;
    if (is_signed && bytes == 16 && v.w[1] >> 63) v.w[2] = v.w[3] = UINT64_MAX;
    buf_put(&r->wide, &v, sizeof v);
    return r->wide.n / sizeof v - 1;
}

static void read_operand(struct mv_reader *r, struct mv_instr *in, enum mv_operand operand) {
    switch (operand) {
    case MV_OPERAND_NONE: return;
    case MV_OPERAND_LOCAL: in->index = (uint16_t)mv_read_uleb(r, MV_LOCAL_INDEX_MAX); return;
    case MV_OPERAND_SIGNATURE_COUNT:
        in->index = mv_read_index(r);
        in->imm = read_le(r, 8, MV_BAD_U64);
        return;
    case MV_OPERAND_FUNCTION_MASK:
    case MV_OPERAND_FUNCTION_INST_MASK:
        in->index = mv_read_index(r);
        in->imm = mv_read_uleb(r, UINT64_MAX);
        return;
    case MV_OPERAND_U8: in->imm = mv_read_u8(r); return;
    case MV_OPERAND_U16: in->imm = read_le(r, 2, MV_BAD_U16); return;
    case MV_OPERAND_U32: in->imm = read_le(r, 4, MV_BAD_U32); return;
    case MV_OPERAND_U64:
    case MV_OPERAND_I64: in->imm = read_le(r, 8, MV_BAD_U64); return;
    case MV_OPERAND_I8: in->imm = (uint64_t)sign_extend(mv_read_u8(r), 8); return;
    case MV_OPERAND_I16: in->imm = (uint64_t)sign_extend(read_le(r, 2, MV_BAD_U16), 16); return;
    case MV_OPERAND_I32: in->imm = (uint64_t)sign_extend(read_le(r, 4, MV_BAD_U32), 32); return;
    case MV_OPERAND_U128: in->imm = read_wide(r, 16, false, MV_BAD_U128); return;
    case MV_OPERAND_I128: in->imm = read_wide(r, 16, true, MV_BAD_U128); return;
    case MV_OPERAND_U256:
    case MV_OPERAND_I256: in->imm = read_wide(r, 32, false, MV_BAD_U256); return;
    default: in->index = mv_read_index(r); return; /* every other operand is an index */
    }
}

static void read_instr(struct mv_reader *r) {
    struct mv_instr in;
    memset(&in, 0, sizeof in); /* padding too: code can be compared as bytes */
    in.op = mv_read_u8(r);
    if (!mv_read_ok(r)) return;
    const struct mv_op_info *info = &mv_op_info[in.op];
    if (!info->text) {
        r->at--;
        mv_read_fail(r, MV_UNKNOWN_OPCODE, "unknown opcode");
    } else if (info->since > r->version) {
        r->at--;
        mv_read_fail(r, MV_MALFORMED, "opcode is newer than the module's format version");
    } else {
        read_operand(r, &in, info->operand);
        buf_put(&r->list, &in, sizeof in);
    }
}

struct mv_code mv_read_code(struct mv_reader *r) {
    struct mv_code c = {.locals = mv_read_index(r)};
    c.count = (uint32_t)mv_read_uleb(r, MV_BYTECODE_COUNT_MAX);
    buf_clear(&r->list);
    for (uint32_t i = 0; i < c.count && mv_read_ok(r); i++) read_instr(r);
    if (!mv_read_ok(r)) return (struct mv_code){0};
    c.instrs = mv_read_keep(r, &r->list);
    return c;
}
