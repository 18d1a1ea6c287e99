#include "codec/toml.h"

#include "codec/hex.h"
#include "codec/utf8.h"

struct reader {
    struct arena *arena;
    const uint8_t *at, *end;
    uint64_t line;
    unsigned depth;
    struct err err;
};

enum { TOML_ERR_SYNTAX = 1, TOML_ERR_KEY, TOML_ERR_DEPTH };

static bool fail(struct reader *r, int code, const char *text) {
    if (!err_is(r->err)) r->err = err_at(code, text, r->line);
    return false;
}

static bool syntax(struct reader *r, const char *text) {
    return fail(r, TOML_ERR_SYNTAX, text);
}

/* ---- Characters */

static int peek(const struct reader *r) {
    return r->at < r->end ? *r->at : -1;
}

static bool take(struct reader *r, int c) {
    if (peek(r) != c) return false;
    if (c == '\n') r->line++;
    r->at++;
    return true;
}

static bool begins(const struct reader *r, const char *s) {
    size_t n = strlen(s);
    return (size_t)(r->end - r->at) >= n && memcmp(r->at, s, n) == 0;
}

static void skip_blanks(struct reader *r) {
    while (peek(r) == ' ' || peek(r) == '\t') r->at++;
}

/* The end of a line, with a comment before it. */
static bool end_line(struct reader *r) {
    skip_blanks(r);
    if (peek(r) == '#')
        while (r->at < r->end && *r->at != '\n') r->at++;
    take(r, '\r');
    if (r->at == r->end || take(r, '\n')) return true;
    return syntax(r, "something behind a value or a header");
}

/* Blanks, line ends and comments, as they may stand inside an array. */
static void skip_lines(struct reader *r) {
    for (;;) {
        skip_blanks(r);
        if (peek(r) == '#')
            while (r->at < r->end && *r->at != '\n') r->at++;
        if (!take(r, '\n') && !take(r, '\r')) return;
    }
}

/* ---- Strings */

static bool put_scalar(struct reader *r, struct buf *b, unsigned digits) {
    uint32_t c = 0;
    for (unsigned i = 0; i < digits; i++) {
        int d = r->at < r->end ? hex_digit(*r->at) : -1;
        if (d < 0) return syntax(r, "a character's number has too few digits");
        c = c << 4 | (uint32_t)d;
        r->at++;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return syntax(r, "a number that is no character's");
    if (c < 0x80) {
        buf_put_u8(b, (uint8_t)c);
        return true;
    }
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    buf_put_u8(b, (uint8_t)(first[more] | c >> 6 * more));
    while (more--) buf_put_u8(b, (uint8_t)(0x80 | (c >> 6 * more & 0x3f)));
    return true;
}

static bool escape(struct reader *r, struct buf *b, bool many_lines) {
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    int c = peek(r);
    if (c < 0) return syntax(r, "a string without end");
    if (many_lines && (c == '\n' || c == '\r' || c == ' ' || c == '\t')) {
        uint64_t line = r->line;
        while (take(r, ' ') || take(r, '\t') || take(r, '\r') || take(r, '\n')) {
        }
        return r->line > line || syntax(r, "an escape that TOML does not have");
    }
    r->at++;
    if (c == 'u' || c == 'U') return put_scalar(r, b, c == 'u' ? 4 : 8);
    const char *name = strchr(names, c);
    if (!name || !c) return syntax(r, "an escape that TOML does not have");
    buf_put_u8(b, (uint8_t)values[name - names]);
    return true;
}

static bool read_characters(struct reader *r, struct buf *b, int quote, bool many_lines) {
    const char *end = quote == '"' ? "\"\"\"" : "'''";
    for (;;) {
        int c = peek(r);
        if (c < 0 || (c == '\n' && !many_lines)) return syntax(r, "a string without end");
        if (many_lines && begins(r, end)) {
            r->at += 3;
            /* Up to two quotes may stand before the three that close. */
            for (int i = 0; i < 2 && take(r, quote); i++) buf_put_u8(b, (uint8_t)quote);
            return true;
        }
        if (c == '\n') r->line++;
        r->at++;
        if (c == quote && !many_lines) return true;
        if (c == '\\' && quote == '"') {
            if (!escape(r, b, many_lines)) return false;
        } else {
            buf_put_u8(b, (uint8_t)c);
        }
    }
}

static bool read_string(struct reader *r, struct bytes *out) {
    int quote = *r->at;
    bool many_lines = begins(r, quote == '"' ? "\"\"\"" : "'''");
    r->at += many_lines ? 3 : 1;
    if (many_lines) take(r, '\r'), take(r, '\n');
    struct buf b = {0};
    bool ok = read_characters(r, &b, quote, many_lines);
    *out = arena_copy(r->arena, buf_bytes(&b));
    buf_free(&b);
    return ok;
}

/* ---- Keys and tables */

static bool is_bare(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static bool read_key(struct reader *r, struct bytes *out) {
    skip_blanks(r);
    if (peek(r) == '"' || peek(r) == '\'') {
        if (begins(r, "\"\"\"") || begins(r, "'''")) return syntax(r, "a key of many lines");
        if (!read_string(r, out)) return false;
    } else {
        const uint8_t *begin = r->at;
        while (is_bare(peek(r))) r->at++;
        if (r->at == begin) return syntax(r, "a key is missing");
        *out = arena_copy(r->arena, bytes_make(begin, (size_t)(r->at - begin)));
    }
    skip_blanks(r);
    return true;
}

static struct toml *find(const struct toml *table, struct bytes key) {
    for (struct toml *t = table->items; t; t = t->next)
        if (bytes_eq(t->key, key)) return t;
    return NULL;
}

static struct toml *add(struct reader *r, struct toml *to, struct bytes key, enum toml_kind kind) {
    struct toml **last = &to->items;
    while (*last) last = &(*last)->next;
    *last = ARENA_NEW(r->arena, struct toml);
    (*last)->kind = (uint8_t)kind;
    (*last)->key = key;
    return *last;
}

/* The table behind one part of a dotted key, made if it is not there; of an array of tables the
 * last. */
static struct toml *enter(struct reader *r, struct toml *table, struct bytes key) {
    struct toml *t = find(table, key);
    if (!t) return add(r, table, key, TOML_TABLE);
    if (t->kind == TOML_ARRAY && !t->closed) {
        t = t->items;
        while (t->next) t = t->next;
    }
    if (t->kind == TOML_TABLE && !t->closed) return t;
    fail(r, TOML_ERR_KEY, "a key that is used as a table and is none");
    return NULL;
}

/* All but the last part of a dotted key: *table becomes the one that holds the last. */
static bool read_path(struct reader *r, struct toml **table, struct bytes *last) {
    for (unsigned depth = 0; read_key(r, last); depth++) {
        if (!take(r, '.')) return true;
        if (depth == TOML_DEPTH_MAX) return fail(r, TOML_ERR_DEPTH, "too many levels");
        if (!(*table = enter(r, *table, *last))) return false;
    }
    return false;
}

static bool read_value(struct reader *r, struct toml *v);

static bool read_pair(struct reader *r, struct toml *table) {
    struct bytes key;
    if (!read_path(r, &table, &key)) return false;
    if (!take(r, '=')) return syntax(r, "a key without =");
    if (find(table, key)) return fail(r, TOML_ERR_KEY, "a key that is there already");
    skip_blanks(r);
    return read_value(r, add(r, table, key, TOML_OTHER));
}

/* ---- Values */

static bool read_array(struct reader *r, struct toml *v) {
    v->kind = TOML_ARRAY;
    v->closed = true;
    for (skip_lines(r); !take(r, ']'); skip_lines(r)) {
        if (!read_value(r, add(r, v, (struct bytes){0}, TOML_OTHER))) return false;
        skip_lines(r);
        if (!take(r, ',') && peek(r) != ']') return syntax(r, "an array without end");
    }
    return true;
}

static bool read_inline_table(struct reader *r, struct toml *v) {
    v->kind = TOML_TABLE;
    skip_blanks(r);
    bool ok = take(r, '}');
    while (!ok) {
        if (!read_pair(r, v)) return false;
        skip_blanks(r);
        ok = take(r, '}');
        if (!ok && !take(r, ',')) return syntax(r, "an inline table without end");
    }
    v->closed = true;
    return true;
}

/* An integer in any of the four bases, with underscores; false if the text is none. */
static bool read_integer(struct bytes text, int64_t *out) {
    size_t i = text.n && (text.p[0] == '+' || text.p[0] == '-');
    bool negative = i && text.p[0] == '-', any = false;
    unsigned base = 10;
    if (text.n >= i + 2 && text.p[i] == '0' && strchr("xob", text.p[i + 1])) {
        base = text.p[i + 1] == 'x' ? 16 : text.p[i + 1] == 'o' ? 8 : 2;
        i += 2;
    }
    int64_t v = 0;
    for (; i < text.n; i++) {
        if (text.p[i] == '_' && any) continue;
        int d = hex_digit(text.p[i]);
        if (d < 0 || (unsigned)d >= base || __builtin_mul_overflow(v, (int64_t)base, &v) ||
            __builtin_add_overflow(v, negative ? -d : d, &v))
            return false;
        any = true;
    }
    *out = v;
    return any;
}

/* By its characters; an integer that is too large is neither. */
static bool is_float_or_date(struct bytes text) {
    bool more = false;
    if (bytes_eq(text, BYTES_LIT("inf")) || bytes_eq(text, BYTES_LIT("nan"))) return true;
    for (size_t i = 0; i < text.n; i++) {
        if (!strchr("0123456789+-._:eETtZz", text.p[i])) return false;
        more |= i > 0 && strchr(".:-eE", text.p[i]);
    }
    return more;
}

static bool read_word(struct reader *r, struct toml *v) {
    const uint8_t *begin = r->at;
    while (is_bare(peek(r)) || peek(r) == '+' || peek(r) == '.' || peek(r) == ':') r->at++;
    struct bytes text = bytes_make(begin, (size_t)(r->at - begin));
    if (!text.n) return syntax(r, "a value is missing");
    v->boolean = bytes_eq(text, BYTES_LIT("true"));
    v->text = arena_copy(r->arena, text);
    if (v->boolean || bytes_eq(text, BYTES_LIT("false")))
        v->kind = TOML_BOOL;
    else if (read_integer(text, &v->integer))
        v->kind = TOML_INTEGER;
    else if (is_float_or_date(text))
        v->kind = TOML_OTHER;
    else
        return syntax(r, "a value that is neither a string, a number, true nor false");
    return true;
}

static bool read_value(struct reader *r, struct toml *v) {
    if (r->depth == TOML_DEPTH_MAX) return fail(r, TOML_ERR_DEPTH, "too many levels");
    r->depth++;
    bool ok;
    if (peek(r) == '"' || peek(r) == '\'') {
        v->kind = TOML_STRING;
        ok = read_string(r, &v->text);
    } else if (take(r, '[')) {
        ok = read_array(r, v);
    } else if (take(r, '{')) {
        ok = read_inline_table(r, v);
    } else {
        ok = read_word(r, v);
    }
    r->depth--;
    return ok;
}

/* ---- The document */

/* [a.b] or [[a.b]]; *table becomes the table that the next lines belong to. */
static bool read_header(struct reader *r, struct toml *root, struct toml **table) {
    bool many = take(r, '[');
    struct bytes key;
    struct toml *in = root;
    if (!read_path(r, &in, &key)) return false;
    if (!take(r, ']') || (many && !take(r, ']'))) return syntax(r, "a header without ]");
    struct toml *t = find(in, key);
    if (many) {
        if (!t) t = add(r, in, key, TOML_ARRAY);
        if (t->kind != TOML_ARRAY || t->closed)
            return fail(r, TOML_ERR_KEY, "a key that is used as an array of tables and is none");
        *table = add(r, t, (struct bytes){0}, TOML_TABLE);
        return true;
    }
    if (!t) t = add(r, in, key, TOML_TABLE);
    if (t->kind != TOML_TABLE || t->closed || t->defined)
        return fail(r, TOML_ERR_KEY, "a table that is there already");
    t->defined = true;
    *table = t;
    return true;
}

struct err toml_read(struct arena *a, struct bytes text, struct toml **out) {
    struct reader r = {.arena = a, .at = text.p, .end = text.p + text.n, .line = 1};
    struct toml *root = ARENA_NEW(a, struct toml), *table = root;
    root->kind = TOML_TABLE;
    *out = root;
    if (!utf8_valid(text)) return err_at(TOML_ERR_SYNTAX, "the text is not UTF-8", 1);
    for (skip_lines(&r); r.at < r.end; skip_lines(&r)) {
        bool ok = take(&r, '[') ? read_header(&r, root, &table) : read_pair(&r, table);
        if (!ok || !end_line(&r)) break;
    }
    return r.err;
}

const struct toml *toml_find(const struct toml *table, struct bytes key) {
    return table && table->kind == TOML_TABLE ? find(table, key) : NULL;
}

const struct toml *toml_get(const struct toml *table, const char *key) {
    return toml_find(table, bytes_cstr(key));
}

bool toml_get_text(const struct toml *table, const char *key, struct bytes *out) {
    const struct toml *t = toml_get(table, key);
    if (!t || t->kind != TOML_STRING) return false;
    *out = t->text;
    return true;
}
