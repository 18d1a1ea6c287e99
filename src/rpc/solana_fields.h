/* rpc's own: tables of fields, by which jsonParsed shows instructions and accounts. A row of
 * solana_instructions.def or solana_accounts.def is a list of them; a field names a member of a
 * JSON object and says where its value comes from: an account of the instruction, or the data,
 * which is read from front to back.
 *
 * The macros below are the rows' words; only the files that include a .def include this header. */
#ifndef TERN_RPC_SOLANA_FIELDS_H
#define TERN_RPC_SOLANA_FIELDS_H

#include "rpc/solana.h"

enum solana_field_kind {
    FIELD_NONE, /* the end of a row's fields */
    FIELD_ACCOUNT,
    FIELD_ACCOUNT_IF_ANY,
    FIELD_ACCOUNT_OR_NULL,
    FIELD_ACCOUNT_OF_TWO,
    FIELD_ACCOUNTS,
    FIELD_LAST_ACCOUNTS,
    FIELD_SIGNERS,
    FIELD_NUMBER,
    FIELD_SIGNED,
    FIELD_NUMBER_IF_ANY,
    FIELD_DECIMAL,
    FIELD_DECIMAL_128,
    FIELD_DECIMAL_IF_ANY,
    FIELD_DOUBLE,
    FIELD_DOUBLE_TEXT,
    FIELD_BOOL,
    FIELD_KEY,
    FIELD_KEY_IF_ANY,
    FIELD_KEY_OR_NULL,
    FIELD_NONZERO_IF_ANY,
    FIELD_NONZERO_OR_NULL,
    FIELD_KEYS,
    FIELD_STRING,
    FIELD_TEXT,
    FIELD_BASE64,
    FIELD_BYTES,
    FIELD_NONZERO_BYTES,
    FIELD_PAIRS,
    FIELD_TOKEN_AMOUNT,
    FIELD_SAME_AMOUNT,
    FIELD_STATE,
    FIELD_EXTENSIONS,
    FIELD_EXTENSIONS_IF_ANY,
    FIELD_AUTHORITY_TYPE,
    FIELD_METADATA_FIELD,
    FIELD_TRANSFER_FEE,
    FIELD_END,
};

struct solana_field {
    const char *name;
    enum solana_field_kind kind;
    uint8_t at;        /* which account, or how many bytes */
    const char *other; /* SIGNERS: the name beside a list of signers */
};

enum { SOLANA_FIELDS_MAX = 14 };

/* What fields are read from. */
struct solana_source {
    const struct sol_tx *tx; /* NULL for an account's data, as the next two */
    const struct chain_solana *s;
    struct bytes accounts; /* of the instruction, as indexes */
    struct bytes data;
    size_t at;
    uint8_t decimals; /* of the last TOKEN_AMOUNT */
    bool failed;
};

/* Writes the members. False if the source does not hold them: what has been written is no use. */
bool solana_put_fields(struct json_out *o, struct solana_source *in, const struct solana_field *f);

/* ---- The words of the tables */

#define ACCOUNT(name, i)                                                                           \
    { name, FIELD_ACCOUNT, i, NULL }
#define ACCOUNT_IF_ANY(name, i)                                                                    \
    { name, FIELD_ACCOUNT_IF_ANY, i, NULL }
#define ACCOUNT_OR_NULL(name, i)                                                                   \
    { name, FIELD_ACCOUNT_OR_NULL, i, NULL }
/* Left out unless there are four accounts. */
#define ACCOUNT_OF_TWO(name, i)                                                                    \
    { name, FIELD_ACCOUNT_OF_TWO, i, NULL }
/* A list of all from i on. */
#define ACCOUNTS(name, i)                                                                          \
    { name, FIELD_ACCOUNTS, i, NULL }
/* So many accounts at the end as a byte of the data says, beside at least `least` others; fields
 * after it do not see them. */
#define LAST_ACCOUNTS(name, least)                                                                 \
    { name, FIELD_LAST_ACCOUNTS, least, NULL }
/* Account i signs by itself; or it is a multisig, and those after it sign. */
#define SIGNERS(one, many, i)                                                                      \
    { one, FIELD_SIGNERS, i, many }
#define NUMBER(name, bytes)                                                                        \
    { name, FIELD_NUMBER, bytes, NULL }
#define SIGNED(name, bytes)                                                                        \
    { name, FIELD_SIGNED, bytes, NULL }
/* Option<u64>, left out if there is none. */
#define NUMBER_IF_ANY(name)                                                                        \
    { name, FIELD_NUMBER_IF_ANY, 0, NULL }
#define DECIMAL(name)                                                                              \
    { name, FIELD_DECIMAL, 0, NULL }
#define DECIMAL_128(name)                                                                          \
    { name, FIELD_DECIMAL_128, 0, NULL }
#define DECIMAL_IF_ANY(name)                                                                       \
    { name, FIELD_DECIMAL_IF_ANY, 0, NULL }
#define DOUBLE(name)                                                                               \
    { name, FIELD_DOUBLE, 0, NULL }
#define DOUBLE_TEXT(name)                                                                          \
    { name, FIELD_DOUBLE_TEXT, 0, NULL }
#define BOOL(name)                                                                                 \
    { name, FIELD_BOOL, 0, NULL }
/* Keys: as they are; behind a byte that says whether there is one; all zeros for none. */
#define KEY(name)                                                                                  \
    { name, FIELD_KEY, 0, NULL }
#define KEY_IF_ANY(name)                                                                           \
    { name, FIELD_KEY_IF_ANY, 0, NULL }
#define KEY_OR_NULL(name)                                                                          \
    { name, FIELD_KEY_OR_NULL, 0, NULL }
#define NONZERO_IF_ANY(name)                                                                       \
    { name, FIELD_NONZERO_IF_ANY, 0, NULL }
#define NONZERO_OR_NULL(name)                                                                      \
    { name, FIELD_NONZERO_OR_NULL, 0, NULL }
#define KEYS(name)                                                                                 \
    { name, FIELD_KEYS, 0, NULL }
/* UTF-8 behind a length of so many bytes; all that is left; bytes behind a length of eight; so many
 * bytes; pairs of Borsh's strings. */
#define STRING(name, bytes)                                                                        \
    { name, FIELD_STRING, bytes, NULL }
#define TEXT(name)                                                                                 \
    { name, FIELD_TEXT, 0, NULL }
#define BASE64(name)                                                                               \
    { name, FIELD_BASE64, 0, NULL }
#define BYTES(name, n)                                                                             \
    { name, FIELD_BYTES, n, NULL }
#define NONZERO_BYTES(name, n)                                                                     \
    { name, FIELD_NONZERO_BYTES, n, NULL }
#define PAIRS(name)                                                                                \
    { name, FIELD_PAIRS, 0, NULL }
/* An amount and its decimals; another of the same decimals. */
#define TOKEN_AMOUNT(name)                                                                         \
    { name, FIELD_TOKEN_AMOUNT, 0, NULL }
#define SAME_AMOUNT(name)                                                                          \
    { name, FIELD_SAME_AMOUNT, 0, NULL }
#define STATE(name)                                                                                \
    { name, FIELD_STATE, 0, NULL }
#define EXTENSIONS(name)                                                                           \
    { name, FIELD_EXTENSIONS, 0, NULL }
#define EXTENSIONS_IF_ANY(name)                                                                    \
    { name, FIELD_EXTENSIONS_IF_ANY, 0, NULL }
/* Also names account 0 by what such an authority is over. */
#define AUTHORITY_TYPE(name)                                                                       \
    { name, FIELD_AUTHORITY_TYPE, 0, NULL }
#define METADATA_FIELD(name)                                                                       \
    { name, FIELD_METADATA_FIELD, 0, NULL }
#define TRANSFER_FEE(name)                                                                         \
    { name, FIELD_TRANSFER_FEE, 0, NULL }
#define NOTHING                                                                                    \
    { NULL, FIELD_NONE, 0, NULL }
/* The data ends here. */
#define END                                                                                        \
    { NULL, FIELD_END, 0, NULL }

#endif
