/* Which items have changed since a savepoint, read off the undo log. */
#include "state/journal_impl.h"

#include <stdlib.h>

static const uint8_t payload_words[UNDO_COUNT] = {
#define UNDO(name, words) [UNDO_##name] = words,
#include "state/undo.def"
#undef UNDO
};

static int compare_items(const void *a, const void *b) {
    const struct st_item *x = *(const struct st_item *const *)a,
                         *y = *(const struct st_item *const *)b;
    if (x->domain != y->domain) return x->domain < y->domain ? -1 : 1;
    return bytes_cmp(x->key, y->key);
}

void st_each_change(struct st_journal *j, st_mark since,
                    void (*visit)(void *ctx, const struct st_change *change), void *ctx) {
    const struct st_item **items = NULL;
    size_t count = 0, cap = 0;
    assert(since <= j->undo_count);
    for (size_t at = j->undo_count; at > since;) {
        uint64_t header = j->undo[at - 1];
        uint8_t kind = (uint8_t)(header >> 32);
        at -= 1u + payload_words[kind];
        if (kind != UNDO_ITEM) continue;
        st_grow_array(&items, count, &cap, sizeof *items);
        items[count++] = st_item_at(j, (uint32_t)header);
    }
    if (count) qsort(items, count, sizeof *items, compare_items);
    for (size_t i = 0; i < count; i++) {
        if (i && items[i] == items[i - 1]) continue;
        const struct st_item *it = items[i];
        visit(ctx, &(struct st_change){.domain = it->domain,
                                       .key = it->key,
                                       .present = it->present,
                                       .value = it->present ? it->value : (struct bytes){NULL, 0}});
    }
    free(items);
}
