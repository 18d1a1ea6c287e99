/* The log and the return data of a message. */
#include <stdarg.h>
#include <stdio.h>

#include "codec/base64.h"
#include "solana/invoke.h"

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

void sol_log_return(struct sol_context *ctx, const struct b32 *program, struct bytes data) {
    struct buf line = {0};
    buf_printf(&line, "Program return: %s ", sol_text(program).s);
    base64_put(&line, data);
    sol_log_bytes(ctx, buf_bytes(&line));
    buf_free(&line);
}

void sol_set_return_data(struct sol_context *ctx, const struct b32 *program, struct bytes data) {
    ctx->return_program = *program;
    ctx->return_data = data.n ? arena_copy(ctx->arena, data) : (struct bytes){0};
}
