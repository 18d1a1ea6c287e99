/* The memory of compiled code. It is written while it is writable and not executable; then the code
 * is made executable and the table read-only, and nothing is writable any more. */
#include <sys/mman.h>
#include <unistd.h>

#include "svm/jit.h"

static size_t page_bytes(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t jit_table_room(size_t bytes) {
    size_t page = page_bytes();
    return (bytes + page - 1) / page * page;
}

bool jit_pages_make(struct jit_pages *out, struct bytes table, struct bytes code) {
    enum { TRAP = 0xcc };
    size_t guard = page_bytes(), table_room = jit_table_room(table.n);
    size_t code_room = jit_table_room(code.n), inner = table_room + code_room;
    *out = (struct jit_pages){0};
    uint8_t *map = mmap(NULL, inner + 2 * guard, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) return false;
    *out = (struct jit_pages){.map = map,
                              .map_bytes = inner + 2 * guard,
                              .table = map + guard,
                              .code = map + guard + table_room};
    bool ok = mprotect(out->table, inner, PROT_READ | PROT_WRITE) == 0;
    if (ok) {
        memcpy(out->table, table.p, table.n);
        memcpy(out->code, code.p, code.n);
        memset(out->code + code.n, TRAP, code_room - code.n);
        ok = mprotect(out->table, table_room, PROT_READ) == 0 &&
             mprotect(out->code, code_room, PROT_READ | PROT_EXEC) == 0;
    }
    if (!ok) jit_pages_free(out);
    return ok;
}

void jit_pages_free(struct jit_pages *p) {
    if (p->map) munmap(p->map, p->map_bytes);
    *p = (struct jit_pages){0};
}
