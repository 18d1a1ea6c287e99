/* Type tags. The input is taken as text: what parses prints to text that parses to the same tag.
 * And as BCS: a tag ends inside the input, and what prints parses to the same bytes. */
#include "move/type_tag.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* print → parse gives the tag again. */
static void check_tag(struct bytes tag, struct arena *arena) {
    struct buf text = {0};
    struct bytes again;
    if (mv_type_tag_length(tag) != tag.n) abort();
    if (err_is(mv_type_tag_print(tag, &text))) abort();
    if (err_is(mv_type_tag_parse(buf_bytes(&text), arena, &again)) || !bytes_eq(again, tag))
        abort();
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct bytes in = bytes_make(data, size), tag, *tags;
    uint32_t count;
    arena_init(&arena, 0);
    struct err e = mv_type_tag_parse(in, &arena, &tag);
    if (!err_is(e))
        check_tag(tag, &arena);
    else if (e.at > size)
        abort();
    e = mv_type_tags_parse(in, &arena, &tags, &count);
    if (!err_is(e))
        for (uint32_t i = 0; i < count; i++) check_tag(tags[i], &arena);
    else if (e.at > size)
        abort();
    size_t n = mv_type_tag_length(in);
    if (n > size) abort();
    if (n) check_tag(bytes_sub(in, 0, n), &arena);
    arena_free(&arena);
    return 0;
}
