/* Private to evm/: the stack of a block while the block is translated.
 *
 * A position is a distance in items from the stack pointer at the block's entry: 0 is the top item
 * then, negative ones lie below, what is pushed gets 1, 2, … A place is where a value is in memory,
 * measured the same way. Position and place of a value are the same at the block's entry and must
 * be the same again when it is left; in between, values are constants or lie wherever they were
 * computed, and DUP, SWAP and POP change only positions. `users` counts the positions that hold a
 * place's value: with none, the place may be written. */
#ifndef TERN_EVM_VIRTUAL_STACK_H
#define TERN_EVM_VIRTUAL_STACK_H

#include "base/base.h"

enum {
    VS_ORIGIN = 1100, /* index of position 0 */
    VS_SIZE = 2200,
    VS_LOWEST = -900, /* beyond these the translation settles and begins anew, so that every */
    VS_HIGHEST = 850, /* distance fits its 16 bits and the room above the stack suffices */
    VS_SPARE = 40,    /* places above the top that may be in use */
};

struct vs_value {
    bool is_constant;
    int32_t place;
    struct u256 constant;
};

struct virtual_stack {
    struct vs_value at[VS_SIZE];
    uint16_t users[VS_SIZE];
    uint16_t readers[VS_SIZE]; /* while settling: moves still to be made from a place */
    int32_t queue[VS_SIZE];
    int32_t top;     /* position of the top item */
    int32_t lowest;  /* the lowest position looked at; those below are where they belong */
    int32_t highest; /* the highest place used */

    /* What was emitted last, newest first, as long as nothing else came behind it. */
    struct vs_step {
        size_t begin, end; /* cells */
        uint8_t op;
        int32_t to;
        struct vs_value a, b;
    } last[3];
};

static inline struct vs_value *vs_at(struct virtual_stack *s, int32_t position) {
    return &s->at[position + VS_ORIGIN];
}

static inline uint16_t *vs_users(struct virtual_stack *s, int32_t place) {
    return &s->users[place + VS_ORIGIN];
}

/* Positions down to this one are looked at from now on. */
static inline void vs_reach(struct virtual_stack *s, int32_t position) {
    while (s->lowest > position) {
        s->lowest--;
        vs_at(s, s->lowest)->is_constant = false;
        vs_at(s, s->lowest)->place = s->lowest;
        *vs_users(s, s->lowest) = 1;
    }
}

static inline void vs_release(struct virtual_stack *s, const struct vs_value *v) {
    if (!v->is_constant) --*vs_users(s, v->place);
}

/* The top value, which the caller releases. */
static inline struct vs_value vs_pop(struct virtual_stack *s) {
    vs_reach(s, s->top);
    return *vs_at(s, s->top--);
}

static inline void vs_push_constant(struct virtual_stack *s, const struct u256 *v) {
    vs_reach(s, s->top + 1);
    *vs_at(s, ++s->top) = (struct vs_value){.is_constant = true, .constant = *v};
}

/* The value at `place` becomes the top; the place has been taken by vs_take(). */
static inline void vs_push_place(struct virtual_stack *s, int32_t place) {
    vs_reach(s, s->top + 1);
    struct vs_value *v = vs_at(s, ++s->top);
    v->is_constant = false;
    v->place = place;
}

/* A place without users, best the one where the next item to be pushed belongs. Gives it one. */
static inline int32_t vs_take(struct virtual_stack *s) {
    int32_t place = s->top + 1;
    vs_reach(s, place);
    while (*vs_users(s, place)) place++;
    *vs_users(s, place) = 1;
    if (place > s->highest) s->highest = place;
    return place;
}

void vs_reset(struct virtual_stack *s);

#endif
