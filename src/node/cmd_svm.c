/* tern svm: what concerns the Solana VM alone. */
#include <stdio.h>

#include "node/commands.h"
#include "node/files.h"
#include "node/svm_exec.h"
#include "node/svm_instr.h"

static const char usage[] =
    "tern svm instr [--version 0|1|2|3] PATH…\n"
    "\n"
    "Runs instruction tests (*.instr files, or folders of them) in every engine. A file in a "
    "folder\n"
    "v0, v1, v2 or v3 is of that SBPF version unless --version says otherwise. Names each case "
    "that\n"
    "fails, closes with \"N passed, N failed, N skipped\", and ends with 1 if one failed.\n";

static const struct {
    const char *name;
    bool (*run)(struct svm_vm *vm);
} engines[] = {{"interpreter", svm_vm_run},
               {"exact interpreter", svm_vm_run_exact},
               {"compiler", svm_vm_run_compiled}};

struct counts {
    unsigned long passed, failed, skipped;
};

/* The version that a path's folder names; -1 if none does. */
static int version_of(const char *path) {
    int found = -1;
    for (const char *p = path; (p = strstr(p, "/v")); p += 2)
        if (p[2] >= '0' && p[2] <= '3' && p[3] == '/') found = p[2] - '0';
    return found;
}

static void run_case(const char *path, const struct svm_instr_case *c, enum svm_version version,
                     struct counts *n) {
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        struct buf why = {0};
        if (svm_instr_run(c, version, engines[i].run, &why)) {
            n->passed++;
        } else {
            n->failed++;
            printf("%s:%u: %s: %s\n", path, c->line, engines[i].name, buf_cstr(&why));
        }
        buf_free(&why);
    }
}

static void run_file(const char *path, int version, struct counts *n) {
    struct buf text = {0};
    if (version < 0) version = version_of(path);
    if (version < 0) {
        n->skipped++;
        printf("%s: skipped: no folder and no --version says which SBPF version it is for\n", path);
    } else if (!file_read(path, &text)) {
        n->failed++;
        printf("%s: cannot be read\n", path);
    } else {
        struct svm_instr_reader r = {.text = buf_bytes(&text)};
        struct svm_instr_case c = {0};
        while (svm_instr_next(&r, &c)) run_case(path, &c, (enum svm_version)version, n);
        if (r.error) {
            n->failed++;
            printf("%s:%u: %s\n", path, r.line, r.error);
        }
    }
    buf_free(&text);
}

static int run_instr(int argc, char **argv) {
    struct file_list files = {0};
    struct counts n = {0};
    int version = -1;
    bool ok = true;
    for (int i = 0; i < argc && ok; i++) {
        if (!strcmp(argv[i], "--version") && i + 1 < argc) {
            const char *v = argv[++i];
            ok = v[0] >= '0' && v[0] <= '3' && !v[1];
            version = v[0] - '0';
        } else {
            ok = argv[i][0] != '-' && file_list_add(&files, "tern svm instr", argv[i], ".instr");
        }
    }
    if (!ok || !files.count) {
        fputs(usage, stderr);
        file_list_free(&files);
        return 2;
    }
    for (size_t i = 0; i < files.count; i++) run_file(files.path[i], version, &n);
    printf("%lu passed, %lu failed, %lu skipped\n", n.passed, n.failed, n.skipped);
    file_list_free(&files);
    return n.failed ? 1 : 0;
}

int cmd_svm(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        printf("%s\n%s", usage, svm_exec_usage);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "exec")) return svm_exec();
    if (argc > 2 && !strcmp(argv[1], "instr")) return run_instr(argc - 2, argv + 2);
    fprintf(stderr, "%s\n%s", usage, svm_exec_usage);
    return 2;
}
