/* What programs do with text: checks UTF-8, parses numbers, copies words into the heap, sorts them.
 */
#include "guest.h"

static int utf8(const u8 *s, u32 n) {
    for (u32 i = 0; i < n;) {
        u32 more = s[i] < 0x80 ? 0 : s[i] >> 5 == 6 ? 1 : s[i] >> 4 == 14 ? 2 : 9;
        if (more == 9 || i + more >= n) return 0;
        for (u32 k = 1; k <= more; k++)
            if (s[i + k] >> 6 != 2) return 0;
        i += 1 + more;
    }
    return 1;
}

static __attribute__((noinline)) void sort(u64 *list, u32 count) {
    for (u32 i = 1; i < count; i++) {
        u64 v = list[i];
        u32 k = i;
        for (; k > 0 && list[k - 1] > v; k--) list[k] = list[k - 1];
        list[k] = v;
    }
}

u64 entrypoint(const u8 *input) {
    u8 *text = HEAP;
    u64 *words = (u64 *)(HEAP + 1024), sum = 0;
    for (u32 round = 0; round < 10; round++) {
        u32 count = 0;
        u64 word = round;
        for (u32 i = 0; i < INPUT_BYTES; i++) {
            text[i] = input[i] & 0x7f;
            word = word * 31 + text[i];
            if (i % 8 == 7) words[count++] = word % 100003;
        }
        sum += (u64)utf8(text, INPUT_BYTES);
        sort(words, count);
        sum += words[round] + words[count - 1];
    }
    return sum;
}
