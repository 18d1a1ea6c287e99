/* tokens: the books of the token gateway, one set for all machines.
 *
 * Words
 *   home      the machine and address where a token is at home: an ERC-20's contract, a fungible
 *             asset's metadata in Move, an SPL mint. Amounts that leave are held there in escrow.
 *   id        keccak-256("TERN::token" ‖ home machine (1) ‖ home address (32, an EVM address behind
 *             zeros)); what follows from it are the token's addresses elsewhere.
 *   stand-in  what the token is elsewhere: minted by the gateway against the escrow, and burnt.
 *   unit      what stand-ins are counted in, 64 bits: the home's smallest amount, or 10^shift of
 *             them if the home has more than 9 decimals, as for the native asset.
 *
 * A gateway stands in each machine: the genesis contract TernGateway, 0x1::tern_gateway, the
 * gateway program. Each takes or burns what leaves and writes it down here as departed, and mints
 * or hands out what it is told has arrived by a gateway of another machine (XVM_GATEWAY). So at any
 * time held[vm] is what the stand-in's supply in that machine may be, `moving` what is on its way,
 * and the sum of all the escrow at home in units. At every seal the chain compares that for the
 * tokens whose books the block has changed (xvm_token_check).
 *
 * Nothing else writes the books: the EVM reaches them through XVM_TOKENS_ADDRESS, where only the
 * gateway's address may write, Move through a native function that is private to its gateway. */
#ifndef TERN_CROSS_TOKENS_H
#define TERN_CROSS_TOKENS_H

#include "cross/cross.h"

/* The gateways as actors, indexed by machine: genesis contract, the account for which
 * 0x1::tern_gateway acts, the address derived from the gateway program's id. */
extern const struct xvm_actor XVM_GATEWAY[3];
extern const struct b32 XVM_GATEWAY_ID; /* the gateway program: TernGateway1111… */

enum { XVM_TOKEN_DECIMALS_MAX = 9, XVM_TOKEN_TEXT_MAX = 32 };

/* As stored, under 't' ‖ id. */
struct xvm_token {
    uint8_t home;     /* enum st_vm */
    uint8_t decimals; /* of the units; the home has `shift` more */
    uint8_t shift;
    uint8_t name_bytes, symbol_bytes;
    uint8_t zero[3];
    uint64_t held[3]; /* units in each machine's stand-in; the home's is 0 */
    uint64_t moving;
    struct b32 address;
    uint8_t name[XVM_TOKEN_TEXT_MAX], symbol[XVM_TOKEN_TEXT_MAX];
};

struct b32 xvm_token_id(enum st_vm home, const struct b32 *address);
bool xvm_token_get(struct st_journal *j, const struct b32 *id, struct xvm_token *out);

/* The stand-in's mint in the SVM, once it is made: under 's' ‖ mint, and under 'a' ‖ id. */
bool xvm_token_of_mint(struct st_journal *j, const struct b32 *mint, struct b32 *id);
void xvm_token_enter_mint(struct st_journal *j, const struct b32 *mint, const struct b32 *id);
/* Of a token that is at home in the SVM, the token account that is its escrow: under 'a' ‖ id. */
void xvm_token_enter_escrow(struct st_journal *j, const struct b32 *account, const struct b32 *id);
bool xvm_token_account(struct st_journal *j, const struct b32 *id, struct b32 *account);

/* ---- Checking */

/* What the machines themselves say of a token. An escrow in the EVM or in Move is not looked at:
 * whose code the token is may do with it what he likes, and the node must not stop for it. */
struct xvm_token_sums {
    struct u256 supply[3]; /* of the stand-in in each machine */
    struct u256 escrow;    /* at home, in units */
    bool has_escrow;
};

/* The id in a key of ST_CROSS_TOKEN, if it is that of a token's books. */
bool xvm_token_of_key(struct bytes key, struct b32 *id);
void xvm_token_sum(struct st_journal *j, const struct b32 *id, const struct xvm_token *t,
                   struct xvm_token_sums *out);
/* No stand-in has more than the books say is in its machine, and the escrow has all that they say
 * is outside. NULL, or which of the two is not so. */
const char *xvm_token_check(const struct xvm_token *t, const struct xvm_token_sums *sums);

/* Those that change the books return NULL, or say what is wrong: then nothing has changed. */

/* Enters a token of a machine with all its decimals. Text that is too long is cut, text that is not
 * UTF-8 or has control characters replaced. */
const char *xvm_token_register(struct st_journal *j, enum st_vm home, const struct b32 *address,
                               uint8_t decimals, struct bytes name, struct bytes symbol,
                               struct b32 *id);

struct xvm_departure {
    uint8_t from, to; /* enum st_vm */
    uint64_t units;
    struct b32 sender;  /* at `from` */
    struct b32 message; /* zero if it arrives in this call or not at all */
};

const char *xvm_token_depart(struct st_journal *j, const struct b32 *id,
                             const struct xvm_departure *d);
const char *xvm_token_arrive(struct st_journal *j, const struct b32 *id, enum st_vm at,
                             uint64_t units);

/* The departure that a message carries, under 'm' ‖ message. */
struct xvm_transfer {
    struct b32 token, sender;
    uint64_t units;
    uint8_t from, zero[7];
};

bool xvm_transfer_get(struct st_journal *j, const struct b32 *message, struct xvm_transfer *out);

/* Takes back what left machine `vm` with a message that can never run any more. */
const char *xvm_token_reclaim(struct xvm_tx *tx, const struct b32 *message, enum st_vm vm,
                              struct xvm_transfer *out);

/* One request to the books from a gateway in machine `vm`, and its answer: 32-byte words,
 * big-endian, the first one enum xvm_books_op. NULL, or what is wrong. */
enum xvm_books_op {
    XVM_BOOKS_TOKEN = 1, /* id → 0 if there is none, else 1, home, address, decimals, shift, name's
                            bytes, name, symbol's bytes, symbol, held (3), moving */
    XVM_BOOKS_REGISTER = 2, /* address, decimals, name's bytes, name, symbol's bytes, symbol → id */
    XVM_BOOKS_DEPART = 3,   /* id, to, units, sender, message → */
    XVM_BOOKS_ARRIVE = 4,   /* id, units → */
    XVM_BOOKS_RECLAIM = 5,  /* message → token, units, sender */
    XVM_BOOKS_TRANSFER = 6, /* message → token, units, sender */
};

/* Does the request change the books? */
bool xvm_books_writes(struct bytes request);
const char *xvm_books(struct xvm_tx *tx, enum st_vm vm, struct bytes request, struct bytes *answer);

/* The native contract at XVM_TOKENS_ADDRESS: a request is its call data. Anybody may ask. */
extern const struct b20 XVM_TOKENS_ADDRESS; /* 0x7e00000000000000000000000000000000000008 */
struct evm_native xvm_tokens_native(struct xvm_tx *tx);

#endif
