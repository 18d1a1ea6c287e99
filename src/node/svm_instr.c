/* Instruction tests: reading and running them. */
#include "node/svm_instr.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- Reading */

static int peek(const struct svm_instr_reader *r) {
    return r->at < r->text.n ? r->text.p[r->at] : -1;
}

static void skip(struct svm_instr_reader *r) {
    if (r->text.p[r->at++] == '\n') r->line++;
}

static void skip_space(struct svm_instr_reader *r) {
    while (peek(r) >= 0 && isspace(peek(r))) skip(r);
}

static void skip_line(struct svm_instr_reader *r) {
    while (peek(r) >= 0 && peek(r) != '\n') skip(r);
}

static bool fail(struct svm_instr_reader *r, const char *text) {
    r->error = text;
    return false;
}

static int hex_digit(int c) {
    return c < 0 || !isxdigit(c) ? -1 : isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

static bool read_hex(struct svm_instr_reader *r, uint64_t *out) {
    uint64_t value = 0;
    unsigned digits = 0;
    for (int d; (d = hex_digit(peek(r))) >= 0; digits++, skip(r)) value = value << 4 | (unsigned)d;
    if (digits == 0 || digits > 16)
        return fail(r, "a hexadecimal number of 1 to 16 digits missing");
    *out = value;
    return true;
}

static bool read_input(struct svm_instr_reader *r, struct svm_instr_case *c) {
    c->input_bytes = c->boundary_count = 0;
    for (int high; (high = hex_digit(peek(r))) >= 0;) {
        skip(r);
        int low = hex_digit(peek(r));
        if (low < 0) return fail(r, "input has an odd number of digits");
        if (c->input_bytes == SVM_INSTR_INPUT_MAX) return fail(r, "input is too long");
        c->input[c->input_bytes++] = (uint8_t)(high << 4 | low);
        skip(r);
    }
    return true;
}

static bool read_boundary(struct svm_instr_reader *r, struct svm_instr_case *c) {
    uint64_t end;
    if (!read_hex(r, &end)) return false;
    uint32_t last = c->boundary_count ? c->boundary[c->boundary_count - 1] : 0;
    if (c->boundary_count == SVM_INSTR_REGIONS || end > c->input_bytes || end < last)
        return fail(r, "region_boundary lies outside the input, or there are too many");
    c->boundary[c->boundary_count++] = (uint32_t)end;
    return true;
}

/* name=value, the name being read already. */
static bool assign(struct svm_instr_reader *r, struct svm_instr_case *c, const char *name,
                   uint64_t *registers) {
    uint64_t value;
    if (!strcmp(name, "input")) return read_input(r, c);
    if (!strcmp(name, "region_boundary")) return read_boundary(r, c);
    if (!read_hex(r, &value)) return false;
    if (!strcmp(name, "op"))
        c->op = (uint8_t)value;
    else if (!strcmp(name, "dst"))
        c->dst = value & 15;
    else if (!strcmp(name, "src"))
        c->src = value & 15;
    else if (!strcmp(name, "off"))
        c->off = (uint16_t)value;
    else if (!strcmp(name, "imm"))
        c->imm = value;
    else if (name[0] == 'r' && isdigit((unsigned char)name[1]) &&
             strtoul(name + 1, NULL, 10) < SVM_INSTR_REGISTERS)
        registers[strtoul(name + 1, NULL, 10)] = value;
    else
        return fail(r, "unknown name");
    return true;
}

static bool read_word(struct svm_instr_reader *r, char name[24]) {
    size_t n = 0;
    while (peek(r) >= 0 && (isalnum(peek(r)) || peek(r) == '_')) {
        if (n == 23) return fail(r, "a name is too long");
        name[n++] = (char)peek(r);
        skip(r);
    }
    name[n] = 0;
    return n ? true : fail(r, "a name missing");
}

static bool status_word(const char *name, enum svm_instr_status *out) {
    static const char *const words[] = {"ok", "err", "vfy", "vfyub"};
    for (unsigned i = 0; i < COUNT_OF(words); i++)
        if (!strcmp(name, words[i])) {
            *out = i == 0 ? SVM_INSTR_OK : i == 1 ? SVM_INSTR_FAULT : SVM_INSTR_REFUSED;
            return true;
        }
    return false;
}

/* One token; false at the end of the case in hand, or with an error. */
static bool take(struct svm_instr_reader *r, struct svm_instr_case *c, bool *asserting) {
    char name[24];
    skip_space(r);
    if (peek(r) < 0 || (peek(r) == '$' && *asserting)) return false;
    if (peek(r) == '$') {
        c->line = r->line;
        skip(r);
    } else if (peek(r) == '#') {
        skip_line(r);
    } else if (peek(r) == ':') {
        skip(r);
        *asserting = true;
        memcpy(c->after, c->before, sizeof c->after);
    } else {
        if (!read_word(r, name)) return false;
        if (status_word(name, &c->expected)) return true;
        skip_space(r);
        if (peek(r) != '=') return fail(r, "= missing behind a name");
        skip(r);
        skip_space(r);
        return assign(r, c, name, *asserting ? c->after : c->before);
    }
    return true;
}

bool svm_instr_next(struct svm_instr_reader *r, struct svm_instr_case *c) {
    bool asserting = false;
    if (!r->line) r->line = 1;
    while (take(r, c, &asserting)) {
    }
    return asserting && !r->error;
}

/* ---- Running */

/* The instruction under test, then EXIT. */
static size_t assemble(const struct svm_instr_case *c, uint8_t text[24]) {
    enum { LDDW = 0x18, EXIT = 0x95 };
    size_t n = 8;
    memset(text, 0, 24);
    text[0] = c->op;
    text[1] = (uint8_t)(c->dst | c->src << 4);
    store_le16(text + 2, c->off);
    store_le32(text + 4, (uint32_t)c->imm);
    if (c->op == LDDW) {
        store_le32(text + 12, (uint32_t)(c->imm >> 32));
        n = 16;
    }
    text[n] = EXIT;
    return n + 8;
}

static size_t divide_input(const struct svm_instr_case *c, uint8_t *memory,
                           struct svm_region regions[SVM_INSTR_REGIONS]) {
    size_t count = c->boundary_count ? c->boundary_count : 1;
    uint64_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t end = c->boundary_count ? c->boundary[i] : c->input_bytes;
        regions[i] =
            (struct svm_region){memory + begin, SVM_INPUT_START + begin, end - begin, true};
        begin = end;
    }
    return count;
}

static bool compare(const struct svm_instr_case *c, const struct svm_vm *vm, struct buf *why) {
    for (unsigned i = 0; i < SVM_REGISTERS; i++) {
        if (vm->r[i] == c->after[i]) continue;
        buf_printf(why, "r%u is %llx, not %llx", i, (unsigned long long)vm->r[i],
                   (unsigned long long)c->after[i]);
        return false;
    }
    return true;
}

bool svm_instr_run(const struct svm_instr_case *c, enum svm_version version,
                   bool (*engine)(struct svm_vm *vm), struct buf *why) {
    static const char *const names[] = {"succeeds", "faults", "is refused"};
    enum { METER = 100 };
    uint8_t text[24], memory[SVM_INSTR_INPUT_MAX];
    struct svm_load_options options = {.lowest = SVM_V0, .highest = SVM_V3};
    struct svm_program *program;
    struct svm_region regions[SVM_INSTR_REGIONS];
    enum svm_instr_status seen = SVM_INSTR_REFUSED;
    struct err e =
        svm_program_from_text(&program, bytes_make(text, assemble(c, text)), version, &options);
    bool same = true;
    if (!err_is(e)) {
        struct svm_vm *vm = xmalloc(sizeof *vm);
        memcpy(memory, c->input, c->input_bytes);
        svm_program_compile(program);
        svm_vm_init(vm, program, 0, regions, divide_input(c, memory, regions), METER);
        memcpy(vm->r, c->before, sizeof vm->r);
        seen = engine(vm) ? SVM_INSTR_OK : SVM_INSTR_FAULT;
        if (seen == SVM_INSTR_OK && c->expected == SVM_INSTR_OK) same = compare(c, vm, why);
        svm_vm_free(vm);
        free(vm);
        svm_program_unref(program);
    }
    if (seen != c->expected) buf_printf(why, "%s, but it %s", names[c->expected], names[seen]);
    return same && seen == c->expected;
}
