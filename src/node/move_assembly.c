/* tern move disassemble and tern move asm. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "move/assembly.h"
#include "node/files.h"
#include "node/move_verbs.h"

static const char disassemble_usage[] =
    "tern move disassemble [--brief] FILE…\n"
    "\n"
    "Shows compiled modules and scripts (of bytecode versions 5 to 10) as text, from which\n"
    "tern move asm makes the same bytes again. --brief leaves out the tables at the end, which "
    "fix\n"
    "the order of the binary's tables.\n";

static const char asm_usage[] =
    "tern move asm FILE -o OUT\n"
    "\n"
    "Makes a compiled module or script from the text that tern move disassemble writes\n"
    "(src/move/assembly.h describes it). FILE may be -, standard input.\n";

/* A script can read as a module with bytes left behind it, so the reading is taken that leaves
 * none; the module's if neither does. */
static struct mv_err read_any(struct mv_module **m, struct bytes binary) {
    struct mv_module *script;
    struct buf again = {0};
    struct mv_err e = mv_module_read(m, binary, MV_VERSION_MAX);
    if (!mv_failed(e)) mv_module_write(&again, *m);
    bool whole = again.n == binary.n;
    buf_free(&again);
    if (whole || mv_failed(mv_script_read(&script, binary, MV_VERSION_MAX))) return e;
    mv_module_free(*m);
    *m = script;
    return MV_ERR_NONE;
}

static bool disassemble_file(const char *path, bool tables) {
    struct buf binary = {0}, text = {0};
    struct mv_module *m = NULL;
    bool ok = file_read(path, &binary);
    if (!ok) {
        fprintf(stderr, "tern move disassemble: %s: %s\n", path, strerror(errno));
    } else {
        struct mv_err e = read_any(&m, buf_bytes(&binary));
        ok = !mv_failed(e);
        if (!ok)
            fprintf(stderr, "tern move disassemble: %s: %s at byte %u: %s\n", path,
                    mv_status_name(e.code), e.index, e.text);
    }
    if (ok) {
        mv_disassemble(&text, m, tables);
        ok = fwrite(text.p, 1, text.n, stdout) == text.n;
    }
    mv_module_free(m);
    buf_free(&binary);
    buf_free(&text);
    return ok;
}

int move_disassemble(int argc, char **argv) {
    bool tables = true, ok = true;
    int files = 0;
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(disassemble_usage, stdout);
        return 0;
    }
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--brief")) tables = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--brief")) continue;
        if (argv[i][0] == '-' && argv[i][1]) files = -argc;
        files++;
    }
    if (files <= 0) {
        fputs(disassemble_usage, stderr);
        return 2;
    }
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--brief") != 0) ok &= disassemble_file(argv[i], tables);
    return ok ? 0 : 1;
}

static bool write_file(const char *path, struct bytes data) {
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(data.p, 1, data.n, f) == data.n;
    if (f) ok &= fclose(f) == 0;
    if (!ok) fprintf(stderr, "tern move asm: %s: %s\n", path, strerror(errno));
    return ok;
}

static bool assemble_file(const char *path, const char *to) {
    struct buf text = {0}, binary = {0};
    bool ok = file_read(path, &text);
    if (!ok) {
        fprintf(stderr, "tern move asm: %s: %s\n", path, strerror(errno));
    } else {
        struct mv_asm_error e = mv_assemble(&binary, buf_bytes(&text));
        ok = !e.text;
        if (!ok && e.line) fprintf(stderr, "%s:%u: %s", path, e.line, e.text);
        if (!ok && !e.line) fprintf(stderr, "%s: %s", path, e.text);
        if (!ok && e.near.n) fprintf(stderr, ": %.*s", (int)e.near.n, (const char *)e.near.p);
        if (!ok) fputs("\n", stderr);
    }
    ok = ok && write_file(to, buf_bytes(&binary));
    buf_free(&text);
    buf_free(&binary);
    return ok;
}

int move_asm(int argc, char **argv) {
    const char *from = NULL, *to = NULL;
    bool ok = true;
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(asm_usage, stdout);
        return 0;
    }
    for (int i = 1; i < argc && ok; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc) {
            to = argv[++i];
        } else {
            ok = !from && (argv[i][0] != '-' || !argv[i][1]);
            from = argv[i];
        }
    }
    if (!ok || !from || !to) {
        fputs(asm_usage, stderr);
        return 2;
    }
    return assemble_file(from, to) ? 0 : 1;
}
