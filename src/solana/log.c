/* The log and the return data of a message. */
#include <stdarg.h>
#include <stdio.h>

#include "codec/base64.h"
#include "codec/utf8.h"
#include "solana/invoke.h"

enum { LOG_TEXT_MAX_BYTES = 64 << 10 /* far more than the log keeps */ };

static void add_line(struct sol_context *ctx, struct bytes line) {
    if (ctx->log_count == ctx->log_room) {
        size_t room = ctx->log_room ? 2 * ctx->log_room : 32;
        struct bytes *logs = ARENA_ARRAY(ctx->arena, struct bytes, room);
        if (ctx->log_count) memcpy(logs, ctx->logs, ctx->log_count * sizeof *logs);
        ctx->logs = logs;
        ctx->log_room = room;
    }
    ctx->logs[ctx->log_count++] = line;
}

void sol_log_bytes(struct sol_context *ctx, struct bytes line) {
    if (ctx->log_bytes + line.n < SOL_LOG_MAX_BYTES) {
        ctx->log_bytes += line.n;
        add_line(ctx, arena_copy(ctx->arena, line));
    } else if (!ctx->log_truncated) {
        ctx->log_truncated = true;
        add_line(ctx, BYTES_LIT("Log truncated"));
    }
}

void sol_log(struct sol_context *ctx, const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0) sol_log_bytes(ctx, bytes_make(line, min_u64((uint64_t)n, sizeof line - 1)));
}

void sol_log_program(struct sol_context *ctx, struct bytes text) {
    struct buf line = {0};
    if (text.n >= SOL_LOG_MAX_BYTES) text.n = SOL_LOG_MAX_BYTES; /* too much in any case */
    buf_puts(&line, "Program log: ");
    buf_put_bytes(&line, text);
    sol_log_bytes(ctx, buf_bytes(&line));
    buf_free(&line);
}

static void log_return(struct sol_context *ctx, const struct b32 *program, struct bytes data) {
    struct buf line = {0};
    buf_printf(&line, "Program return: %s ", sol_text(program).s);
    base64_put(&line, data);
    sol_log_bytes(ctx, buf_bytes(&line));
    buf_free(&line);
}

/* ---- The lines of every instruction, put together without printf */

struct line {
    char s[160]; /* a key's text of up to 44 bytes, two numbers, and words */
    size_t n;
};

static void put_text(struct line *l, const char *text) {
    size_t n = strlen(text);
    memcpy(l->s + l->n, text, n);
    l->n += n;
}

static void put_u64(struct line *l, uint64_t v) {
    char digits[20];
    size_t n = 0;
    do digits[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n) l->s[l->n++] = digits[--n];
}

static struct line program_line(const struct b32 *program) {
    struct line l;
    l.n = 0;
    put_text(&l, "Program ");
    put_text(&l, sol_text(program).s);
    return l;
}

static void log_line_of(struct sol_context *ctx, const struct line *l) {
    sol_log_bytes(ctx, bytes_make(l->s, l->n));
}

void sol_log_invoke(struct sol_context *ctx, const struct b32 *program) {
    struct line l = program_line(program);
    put_text(&l, " invoke [");
    put_u64(&l, sol_height(ctx));
    put_text(&l, "]");
    log_line_of(ctx, &l);
}

void sol_log_success(struct sol_context *ctx, const struct b32 *program) {
    struct line l = program_line(program);
    put_text(&l, " success");
    log_line_of(ctx, &l);
}

void sol_log_consumed(struct sol_context *ctx, uint64_t used, uint64_t had) {
    const struct b32 *id = sol_program_id(ctx);
    struct line l = program_line(id);
    put_text(&l, " consumed ");
    put_u64(&l, used);
    put_text(&l, " of ");
    put_u64(&l, had);
    put_text(&l, " compute units");
    log_line_of(ctx, &l);
    if (ctx->return_data.n) log_return(ctx, id, ctx->return_data);
}

/* How many bytes the malformed sequence at the beginning of `s` has, as Rust counts them; 0 if the
 * text ends in the middle of one that is well-formed so far. */
static size_t malformed_bytes(struct bytes s) {
    uint8_t a = s.p[0], low = 0x80, high = 0xbf;
    size_t width = a >= 0xc2 && a <= 0xdf   ? 2
                   : a >= 0xe0 && a <= 0xef ? 3
                   : a >= 0xf0 && a <= 0xf4 ? 4
                                            : 1;
    if (width == 1) return 1;
    if (a == 0xe0) low = 0xa0;
    if (a == 0xed) high = 0x9f;
    if (a == 0xf0) low = 0x90;
    if (a == 0xf4) high = 0x8f;
    for (size_t i = 1; i < width; i++) {
        if (i == s.n) return 0;
        if (s.p[i] < low || s.p[i] > high) return i;
        low = 0x80;
        high = 0xbf;
    }
    return width; /* not reached: the sequence would be well-formed */
}

void sol_utf8_text(struct buf *out, struct bytes text) {
    size_t good = utf8_prefix(text), bad = malformed_bytes(bytes_sub(text, good, text.n - good));
    if (bad)
        buf_printf(out, "invalid utf-8 sequence of %zu bytes from index %zu", bad, good);
    else
        buf_printf(out, "incomplete utf-8 byte sequence from index %zu", good);
    buf_puts(out, ": [");
    for (size_t i = 0; i < text.n && out->n < LOG_TEXT_MAX_BYTES; i++)
        buf_printf(out, i ? ", %u" : "%u", text.p[i]);
    buf_puts(out, "]");
}

void sol_set_return_data(struct sol_context *ctx, const struct b32 *program, struct bytes data) {
    ctx->return_program = *program;
    ctx->return_data = data.n ? arena_copy(ctx->arena, data) : (struct bytes){0};
}
