/* Random programs: every instruction of the version, addresses near the edges of the regions, calls
 * of all kinds. What is written is mostly what the verifier accepts. */
#include "differential/svm/generate.h"

#include <stddef.h>

#include "differential/svm/peer.h"
#include "svm/program.h"

uint64_t sd_u64(struct sd_choices *r) {
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static const char *const SYSCALLS[] = {"add", "sol_log_", "fill", "fail"};

/* A program in the making. */
struct writer {
    struct sd_choices *r;
    struct sd_program *p;
    uint32_t planned; /* slots, as far as jumps are concerned */
    unsigned opcode_count;
    uint8_t opcodes[256]; /* of the version */
};

static void put(struct writer *w, uint8_t opcode, unsigned dst, unsigned src, int16_t off,
                int32_t imm) {
    struct sd_program *p = w->p;
    if (p->count == SD_SLOTS_MAX) return;
    uint8_t *s = p->text + (size_t)p->count++ * SVM_INSTRUCTION_BYTES;
    s[0] = opcode;
    s[1] = (uint8_t)(dst | src << 4);
    store_le16(s + 2, (uint16_t)off);
    store_le32(s + 4, (uint32_t)imm);
}

/* ---- Numbers */

static int32_t any_imm(struct sd_choices *r) {
    static const int32_t edges[] = {
        0,   1,   -1,   2,    7,     8,     31,     32,    63,        64,        127,       128,
        255, 256, -128, 4096, 32767, 65535, -32768, 65536, INT32_MAX, INT32_MIN, 0x7ffffffe};
    switch (sd_below(r, 4)) {
    case 0: return SD_PICK(r, edges);
    case 1: return (int32_t)sd_below(r, 16);
    case 2: return (int32_t)(sd_u64(r) >> (32 + sd_below(r, 32)));
    default: return (int32_t)sd_u64(r);
    }
}

static uint64_t any_number(struct sd_choices *r) {
    static const uint64_t edges[] = {0,
                                     1,
                                     UINT64_MAX,
                                     (uint64_t)INT64_MAX,
                                     (uint64_t)1 << 63,
                                     UINT32_MAX,
                                     (uint64_t)1 << 32,
                                     (uint64_t)1 << 31,
                                     0x7fffffff,
                                     0xffffffff80000000u};
    switch (sd_below(r, 3)) {
    case 0: return SD_PICK(r, edges) + sd_below(r, 3) - 1;
    case 1: return sd_u64(r) >> sd_below(r, 64);
    default: return sd_u64(r);
    }
}

uint64_t sd_address(struct sd_choices *r, uint32_t slots) {
    uint64_t in_text = slots ? sd_below(r, slots) * SVM_INSTRUCTION_BYTES : 0;
    switch (sd_below(r, 14)) {
    case 0: return sd_below(r, 160);
    case 1: return SVM_PROGRAM_START + in_text;
    case 2: return SVM_PROGRAM_START + sd_below(r, 1024);
    case 3:
    case 4: return SVM_STACK_START + sd_below(r, SVM_FRAME_BYTES);
    case 5: return SVM_STACK_START + sd_below(r, 80) * SVM_FRAME_BYTES + sd_below(r, 64) - 32;
    case 6: return SVM_STACK_START + 2 * SVM_STACK_BYTES + sd_below(r, 64) - 32;
    case 7: return SVM_STACK_START + SVM_STACK_BYTES - sd_below(r, 64);
    case 8: return SVM_HEAP_START + sd_below(r, 1100);
    case 9: return SVM_HEAP_START - sd_below(r, 16);
    case 10:
    case 11:
    case 12: return SVM_INPUT_START + sd_below(r, SD_INPUT_BYTES + 64);
    default: return any_number(r);
    }
}

static unsigned any_dst(struct writer *w) {
    return (unsigned)sd_below(w->r, 10);
}

static unsigned any_src(struct writer *w) {
    return (unsigned)sd_below(w->r, 11);
}

/* ---- Statements */

/* A number in a register, by whatever the version has for that. */
static void put_constant(struct writer *w, unsigned dst, uint64_t v) {
    if (w->p->version == SVM_V2) {
        put(w, 0xb4, dst, 0, 0, (int32_t)v);
        put(w, 0xf7, dst, 0, 0, (int32_t)(v >> 32));
    } else {
        put(w, 0x18, dst, 0, 0, (int32_t)v);
        put(w, 0, 0, 0, 0, (int32_t)(v >> 32));
    }
}

static int16_t jump_offset(struct writer *w) {
    int64_t at = w->p->count, target;
    if (sd_chance(w->r, 92))
        target = at + 1 + (int64_t)sd_below(w->r, 8);
    else
        target = (int64_t)sd_below(w->r, w->planned);
    if (target >= w->planned) target = w->planned - 1;
    return (int16_t)(target - at - 1);
}

static void put_call_of(struct writer *w, const char *name, int32_t target) {
    struct sd_program *p = w->p;
    if (p->call_count == SD_CALLS_MAX) return;
    p->calls[p->call_count++] = (struct sd_call){p->count, name, target};
    put(w, 0x85, 0, 0, 0, -1);
}

static void put_call(struct writer *w) {
    struct sd_choices *r = w->r;
    uint32_t target = (uint32_t)sd_below(r, w->planned);
    int32_t distance = (int32_t)target - (int32_t)w->p->count - 1;
    bool strict = w->p->version == SVM_V3;
    static const char *const names[] = {"f", "g", "entrypoint", "unknown"};
    switch (sd_below(r, 6)) {
    case 0:
    case 1: /* a syscall */
        if (strict)
            put(w, 0x85, 0, 0, 0, (int32_t)svm_hash(bytes_cstr(SD_PICK(r, SYSCALLS))));
        else
            put_call_of(w, SD_PICK(r, SYSCALLS), -1);
        break;
    case 2: /* by symbol, or any number */
        if (strict)
            put(w, 0x85, 0, (unsigned)sd_below(r, 3), 0, any_imm(r));
        else
            put_call_of(w, SD_PICK(r, names), sd_chance(r, 80) ? (int32_t)target : -1);
        break;
    default: put(w, 0x85, 0, strict ? 1 : 0, 0, distance); break;
    }
}

static void put_callx(struct writer *w) {
    unsigned reg = any_dst(w);
    uint64_t to = SVM_PROGRAM_START + sd_below(w->r, w->planned + 1) * SVM_INSTRUCTION_BYTES;
    if (sd_chance(w->r, 80)) {
        /* Where the text of versions 0 to 2 begins in the files of elf.c. */
        if (w->p->version != SVM_V3) to += 64;
        put_constant(w, reg, to + (sd_chance(w->r, 10) ? sd_below(w->r, 8) : 0));
    }
    switch (w->p->version) {
    case SVM_V2: put(w, 0x8d, 0, reg, 0, 0); break;
    case SVM_V3: put(w, 0x8d, reg, 0, 0, 0); break;
    default: put(w, 0x8d, 0, 0, 0, (int32_t)reg); break;
    }
}

/* Registers r1 to r5 begin as addresses: half of the accesses use them as they come. */
static void put_memory(struct writer *w, uint8_t opcode, const struct svm_row *row) {
    struct sd_choices *r = w->r;
    unsigned base = sd_chance(r, 60) ? 1 + (unsigned)sd_below(r, 5) : any_src(w);
    if (sd_chance(r, 30)) base = 10;
    if (sd_chance(r, 25)) {
        base = any_dst(w);
        put_constant(w, base, sd_address(r, w->planned));
    }
    int16_t off = (int16_t)(sd_below(r, 64) - 16);
    if (base == 10) off = (int16_t) - (int64_t)sd_below(r, 4200);
    if (sd_chance(r, 10)) off = (int16_t)any_imm(r);
    if (row->form == FORM_LOAD)
        put(w, opcode, any_dst(w), base, off, 0);
    else
        put(w, opcode, base, any_src(w), off, any_imm(r));
}

static void put_opcode(struct writer *w, uint8_t opcode) {
    struct sd_choices *r = w->r;
    const struct svm_row *row = svm_isa(w->p->version, opcode);
    int32_t imm = any_imm(r);
    switch (row->form) {
    case FORM_IMM_DIVISOR:
    case FORM_IMM_DIVISOR_ZERO_EXTENDED: imm += imm == 0; break;
    case FORM_IMM_SHIFT32: imm &= 31; break;
    case FORM_IMM_SHIFT64: imm &= 63; break;
    case FORM_IMM_ENDIAN: imm = 16 << sd_below(r, 3); break;
    case FORM_WIDE: put_constant(w, any_dst(w), any_number(r)); return;
    case FORM_LOAD:
    case FORM_STORE: put_memory(w, opcode, row); return;
    case FORM_JUMP: put(w, opcode, any_dst(w), any_src(w), jump_offset(w), imm); return;
    case FORM_CALL: put_call(w); return;
    case FORM_CALLX: put_callx(w); return;
    default: break;
    }
    if (opcode == 0x95 && !sd_chance(r, 30)) return;
    put(w, opcode, any_dst(w), any_src(w), (int16_t)sd_below(r, 2), imm);
}

/* What compilers write to extend 32 bits: the engines may join the two. */
static void put_pair(struct writer *w) {
    unsigned dst = any_dst(w);
    put(w, 0x67, dst, 0, 0, sd_chance(w->r, 90) ? 32 : 31);
    put(w, sd_chance(w->r, 50) ? 0x77 : 0xc7, sd_chance(w->r, 90) ? dst : any_dst(w), 0, 0, 32);
}

static void put_statement(struct writer *w) {
    struct sd_choices *r = w->r;
    enum svm_version v = w->p->version;
    unsigned what = (unsigned)sd_below(r, 100);
    if (what < 6)
        put_constant(w, any_dst(w), any_number(r));
    else if (what < 10)
        put_constant(w, 1 + (unsigned)sd_below(r, 5), sd_address(r, w->planned));
    else if (what < 14 && (v == SVM_V1 || v == SVM_V2))
        put(w, 0x07, 10, 0, 0, ((int32_t)sd_below(r, 129) - 64) * 64);
    else if (what < 18)
        put_call(w);
    else if (what < 20)
        put_callx(w);
    else if (what < 23)
        put_pair(w);
    else
        put_opcode(w, w->opcodes[sd_below(r, w->opcode_count)]);
}

/* Bits of instructions: opcodes, registers, offsets, immediates. */
static void damage(struct sd_choices *r, struct sd_program *p) {
    for (unsigned n = 1 + (unsigned)sd_below(r, 3); n > 0; n--) {
        uint8_t *s = p->text + sd_below(r, p->count) * SVM_INSTRUCTION_BYTES;
        switch (sd_below(r, 4)) {
        case 0: s[0] = (uint8_t)sd_u64(r); break;
        case 1: s[1] = (uint8_t)sd_u64(r); break;
        case 2: s[2 + sd_below(r, 6)] ^= (uint8_t)(1u << sd_below(r, 8)); break;
        default: memset(s + 4, (int)sd_below(r, 2), 4); break;
        }
    }
}

/* Jumps that would end in the middle of an LDDW end behind it. */
static void mend_jumps(struct sd_program *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        uint8_t *s = p->text + (size_t)i * SVM_INSTRUCTION_BYTES;
        const struct svm_row *row = svm_isa(p->version, s[0]);
        if (!row || row->form != FORM_JUMP) continue;
        int64_t to = (int64_t)i + 1 + (int16_t)load_le16(s + 2);
        if (to + 1 < p->count && p->text[to * SVM_INSTRUCTION_BYTES] == 0)
            store_le16(s + 2, (uint16_t)(load_le16(s + 2) + 1));
    }
}

static void list_opcodes(struct writer *w) {
    w->opcode_count = 0;
    for (unsigned i = 0; i < 256; i++)
        if (svm_isa(w->p->version, (uint8_t)i)) w->opcodes[w->opcode_count++] = (uint8_t)i;
}

void sd_generate(struct sd_choices *r, struct sd_program *p) {
    memset(p, 0, offsetof(struct sd_program, text));
    p->call_count = 0;
    p->version = (enum svm_version)sd_below(r, SVM_VERSION_COUNT);
    struct writer w = {.r = r, .p = p};
    w.planned = 2 + (uint32_t)sd_below(r, sd_chance(r, 10) ? SD_SLOTS_MAX - 8 : 40);
    list_opcodes(&w);
    while (p->count + 1 < w.planned) put_statement(&w);
    if (!sd_chance(r, 5)) put(&w, 0x95, 0, 0, 0, 0);
    if (!sd_chance(r, 2)) mend_jumps(p);
    if (sd_chance(r, 20)) p->entry = (uint32_t)sd_below(r, p->count);
    if (sd_chance(r, 8)) damage(r, p);
    /* An empty section would have the address of the next one. */
    p->rodata_bytes = (sd_below(r, sizeof p->rodata / 8) + !sd_chance(r, 2)) * 8;
    for (size_t i = 0; i < p->rodata_bytes; i++) p->rodata[i] = (uint8_t)sd_u64(r);
}

/* ---- Settings */

static void choose_input(struct sd_choices *r, struct sd_setting *s) {
    s->input_count = 1;
    s->input[0].address = SVM_INPUT_START;
    s->input[0].bytes = sd_chance(r, 10) ? sd_below(r, 16) : SD_INPUT_BYTES;
    s->input[0].writable = !sd_chance(r, 5);
    if (!sd_chance(r, 25)) return;
    s->flags |= SD_UNALIGNED;
    s->input_count = 1 + sd_below(r, SD_INPUT_MAX);
    uint64_t at = SVM_INPUT_START + (sd_chance(r, 10) ? sd_below(r, 64) : 0);
    for (size_t i = 0; i < s->input_count; i++) {
        s->input[i].address = at;
        s->input[i].bytes = sd_below(r, 160);
        s->input[i].writable = sd_chance(r, 60);
        at += s->input[i].bytes + (sd_chance(r, 50) ? sd_below(r, 32) : 0);
        if (s->input[i].bytes == 0) at++; /* two regions of one address have no order */
    }
}

void sd_choose_setting(struct sd_choices *r, const struct sd_program *p, struct sd_setting *s) {
    *s = (struct sd_setting){.heap_bytes = sd_chance(r, 5) ? sd_below(r, 64) : 1024};
    if (sd_chance(r, 30)) s->flags |= SD_DEPLOYING;
    s->meter = sd_chance(r, 40) ? sd_below(r, 100) : 100 + sd_below(r, 2000);
    if (sd_chance(r, 1)) s->meter = any_number(r) >> 1 & 0xffff;
    for (unsigned i = 0; i < COUNT_OF(s->r); i++)
        s->r[i] = i >= 1 && i <= 5 && sd_chance(r, 85) ? sd_address(r, p->count) : any_number(r);
    if (sd_chance(r, 50)) s->r[1] = SVM_INPUT_START;
    choose_input(r, s);
}
