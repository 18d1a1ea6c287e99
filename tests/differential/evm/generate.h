/* Making cases. The same source of choices gives the same case. */
#ifndef TERN_DIFFERENTIAL_GENERATE_H
#define TERN_DIFFERENTIAL_GENERATE_H

#include "differential/evm/case.h"

/* Choices come from bytes while there are any, so that a fuzzer can steer by changing them, and
 * after that from a generator that was seeded with them. */
struct ed_choices {
    struct bytes bytes;
    uint64_t state;
};

struct ed_choices ed_choices_of_seed(uint64_t seed);
struct ed_choices ed_choices_of_bytes(struct bytes bytes);

uint64_t ed_u64(struct ed_choices *r);
/* 0 … n-1, n > 0. */
uint64_t ed_below(struct ed_choices *r, uint64_t n);
/* True `percent` times in a hundred. */
static inline bool ed_chance(struct ed_choices *r, unsigned percent) {
    return ed_below(r, 100) < percent;
}
#define ED_PICK(r, array) ((array)[ed_below((r), COUNT_OF(array))])

/* Numbers at the edges of what implementations distinguish, and random ones of any length. */
struct u256 ed_number(struct ed_choices *r);

/* What all cases share: accounts whose keys are known, and real contracts' codes and precompiles'
 * inputs to mutate. */
enum { ED_KEYS = 4, ED_CODES_MAX = 64, ED_INPUTS_MAX = 2048 };
struct ed_kit {
    struct b32 secrets[ED_KEYS];
    struct b20 senders[ED_KEYS];
    struct bytes codes[ED_CODES_MAX]; /* borrowed */
    size_t code_count;
    struct ed_input {
        unsigned number; /* the precompile's address */
        struct bytes bytes;
    } inputs[ED_INPUTS_MAX];
    size_t input_count;
};

void ed_kit_init(struct ed_kit *kit);

void ed_generate(struct ed_choices *r, const struct ed_kit *kit, struct arena *arena,
                 struct ed_case *out);

/* ---- Between the generator's files */

/* What code may know of the world around it. */
struct ed_scene {
    struct ed_choices *r;
    const struct ed_kit *kit;
    struct arena *arena;
    enum evm_fork fork;
    struct b20 contracts[8]; /* they get code */
    size_t contract_count;
    struct b20 others[24]; /* senders, empty and absent accounts, coinbase, delegations */
    size_t other_count;
};

/* Code in the making. */
struct ed_code {
    struct ed_scene *scene;
    struct buf bytes;
    int height;      /* of the stack, as far as it is known */
    unsigned nested; /* in how many init codes */
    unsigned blocks; /* in how many loops and branches */
    unsigned budget; /* statements left */
    /* Data behind the code, and the PUSH2s that want to know where. */
    struct bytes data[16];
    size_t data_fixups[16];
    size_t data_count;
};

struct bytes ed_contract_code(struct ed_scene *s);
struct bytes ed_init_code(struct ed_scene *s, unsigned nested);
void ed_statements(struct ed_code *c, unsigned count);

void ed_op(struct ed_code *c, uint8_t op);
void ed_push(struct ed_code *c, const struct u256 *v);
void ed_push_u64(struct ed_code *c, uint64_t v);
void ed_push_offset(struct ed_code *c); /* where in memory */
void ed_push_size(struct ed_code *c);   /* how much of it */
void ed_push_address(struct ed_code *c, const struct b20 *a);
/* Copies data that will lie behind the code to memory at `to`. */
void ed_load_data(struct ed_code *c, struct bytes data, uint64_t to);
/* An address that may be worth calling; `precompile` gets its number or 0. */
struct b20 ed_any_address(struct ed_scene *s, unsigned *precompile);
unsigned ed_any_precompile(struct ed_scene *s);

void ed_put_call(struct ed_code *c);
void ed_put_precompile_call(struct ed_code *c, unsigned number);
void ed_put_create(struct ed_code *c);
/* Input for a precompile that it may find valid. */
struct bytes ed_precompile_input(struct ed_scene *s, unsigned number);

#endif
