/* What programs for the tests share: the input of a program and the syscalls (solana-sdk's C
 * headers name the same things). There is no memcpy: a program says what it copies. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

struct key {
    u8 b[32];
};
struct account {
    const struct key *key, *owner;
    u64 *lamports;
    u8 *data;
    u64 data_bytes, rent_epoch;
    u8 is_signer, is_writable, is_executable;
};
struct input {
    u64 accounts, bytes; /* how many; the instruction's data */
    const u8 *data;
    const struct key *program;
};

/* As sol_invoke_signed_c reads them. */
struct meta {
    const struct key *key;
    u8 is_writable, is_signer;
};
struct instruction {
    const struct key *program;
    const struct meta *metas;
    u64 meta_count;
    const u8 *data;
    u64 bytes;
};
struct info {
    const struct key *key;
    u64 *lamports, data_bytes;
    u8 *data;
    const struct key *owner;
    u64 rent_epoch;
    u8 is_signer, is_writable, is_executable;
};
struct slice {
    const void *p;
    u64 n;
};

extern void sol_log_(const char *text, u64 bytes);
extern void sol_log_data(const struct slice *list, u64 count);
extern void sol_set_return_data(const u8 *data, u64 bytes);
extern u64 sol_get_rent_sysvar(void *out);
extern u64 sol_try_find_program_address(const struct slice *seeds, u64 count,
                                        const struct key *program, struct key *out, u8 *bump);
extern u64 sol_invoke_signed_c(const struct instruction *i, const struct info *infos,
                               u64 info_count, const struct slice *signers, u64 signer_count);

#define LOG(text) sol_log_(text, sizeof(text) - 1)

static inline u64 load64(const u8 *p) {
    u64 v = 0;
    for (int i = 7; i >= 0; i--) v = v << 8 | p[i];
    return v;
}
static inline void store64(u8 *p, u64 v) {
    for (int i = 0; i < 8; i++) p[i] = (u8)(v >> 8 * i);
}
static inline void copy(u8 *to, const u8 *from, u64 n) {
    for (u64 i = 0; i < n; i++) ((volatile u8 *)to)[i] = from[i];
}
static inline int same(const u8 *a, const u8 *b, u64 n) {
    for (u64 i = 0; i < n; i++)
        if (a[i] != b[i]) return 0;
    return 1;
}

enum { GROWTH_BYTES = 10240 };

/* Reads one account of the input; returns what is behind it. An account that was there before is a
 * copy of that. */
static inline const u8 *read_account(const u8 *p, struct account *list, u64 i) {
    struct account *a = &list[i];
    if (*p != 0xff) {
        *a = list[*p];
        return p + 8;
    }
    a->is_signer = p[1], a->is_writable = p[2], a->is_executable = p[3];
    a->key = (const struct key *)(p + 8);
    a->owner = (const struct key *)(p + 40);
    a->lamports = (u64 *)(p + 72);
    a->data_bytes = *(const u64 *)(p + 80);
    a->data = (u8 *)(p + 88);
    p += 88 + a->data_bytes + GROWTH_BYTES;
    p += -(u64)p & 7;
    a->rent_epoch = *(const u64 *)p;
    return p + 8;
}

/* At most `room` accounts; returns 0 if there are more. */
static inline int read_input(const u8 *p, struct input *in, struct account *list, u64 room) {
    in->accounts = *(const u64 *)p;
    if (in->accounts > room) return 0;
    p += 8;
    for (u64 i = 0; i < in->accounts; i++) p = read_account(p, list, i);
    in->bytes = *(const u64 *)p;
    in->data = p + 8;
    in->program = (const struct key *)(in->data + in->bytes);
    return 1;
}

static inline void set_info(struct info *to, const struct account *a) {
    to->key = a->key, to->lamports = a->lamports, to->data_bytes = a->data_bytes,
    to->data = a->data;
    to->owner = a->owner, to->rent_epoch = a->rent_epoch;
    to->is_signer = a->is_signer, to->is_writable = a->is_writable,
    to->is_executable = a->is_executable;
}
