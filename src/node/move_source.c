#include "node/move_source.h"

#include "codec/hex.h"
#include "node/move_compiler.h"

/* Kinds of tokens that are more than one character. */
enum { NAME = 'a', NUMBER = '0', STRING = '"', PATH = 'p', SHIFT_LEFT = 'l', SHIFT_RIGHT = 'r' };

enum { DEPTH_MAX = 64, CONSTANTS_MAX = 1 << 12, ERR_SYNTAX = 1 };

/* ---- Tokens */

struct lexer {
    struct bytes in;
    size_t at;
    uint32_t line;
    struct err err;
};

static int look(const struct lexer *l, size_t ahead) {
    return l->at + ahead < l->in.n ? l->in.p[l->at + ahead] : -1;
}

static void step(struct lexer *l) {
    l->line += l->in.p[l->at++] == '\n';
}

static bool is_name(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Comments of the second kind nest. */
static void skip_long_comment(struct lexer *l) {
    unsigned depth = 0;
    do {
        if (look(l, 0) == '/' && look(l, 1) == '*') {
            depth++;
            step(l);
        } else if (look(l, 0) == '*' && look(l, 1) == '/') {
            depth--;
            step(l);
        }
        step(l);
    } while (depth && l->at < l->in.n);
    if (depth) l->err = err_at(ERR_SYNTAX, "a comment without end", l->line);
}

static void skip_space(struct lexer *l) {
    for (; l->at < l->in.n && !err_is(l->err);) {
        int c = look(l, 0);
        if (c == '/' && look(l, 1) == '/') {
            while (l->at < l->in.n && look(l, 0) != '\n') step(l);
        } else if (c == '/' && look(l, 1) == '*') {
            skip_long_comment(l);
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            step(l);
        } else {
            return;
        }
    }
}

/* "…" behind b or x; an escape may hide a quote. */
static void skip_string(struct lexer *l) {
    for (step(l); look(l, 0) != '"'; step(l)) {
        if (look(l, 0) == '\\' && l->at + 1 < l->in.n) step(l);
        if (look(l, 0) < 0) {
            l->err = err_at(ERR_SYNTAX, "a string without end", l->line);
            return;
        }
    }
    step(l);
}

static bool next_token(struct lexer *l, struct move_token *t) {
    skip_space(l);
    if (l->at == l->in.n || err_is(l->err)) return false;
    size_t begin = l->at;
    int c = look(l, 0);
    t->line = l->line;
    t->kind = (uint8_t)c;
    if ((c == 'b' || c == 'x') && look(l, 1) == '"') {
        t->kind = STRING;
        step(l);
        skip_string(l);
    } else if (c == '"') {
        t->kind = STRING;
        skip_string(l);
    } else if (is_name(c)) {
        t->kind = c >= '0' && c <= '9' ? NUMBER : NAME;
        while (is_name(look(l, 0))) step(l);
    } else if (c == ':' && look(l, 1) == ':') {
        t->kind = PATH;
        step(l), step(l);
    } else {
        step(l);
    }
    t->text = bytes_sub(l->in, begin, l->at - begin);
    return !err_is(l->err);
}

static struct err read_tokens(struct arena *a, struct bytes text, struct move_tokens *out) {
    struct lexer l = {.in = text, .line = 1};
    struct buf all = {0};
    struct move_token t;
    while (next_token(&l, &t)) buf_put(&all, &t, sizeof t);
    uint32_t n = (uint32_t)(all.n / sizeof t);
    struct move_token *copy = ARENA_ARRAY(a, struct move_token, n + 1);
    if (n) memcpy(copy, all.p, all.n);
    buf_free(&all);
    copy[n].line = l.line;
    *out = (struct move_tokens){copy, n};
    return l.err;
}

/* ---- Walking over them */

struct parser {
    struct arena *arena;
    struct move_tokens in;
    uint32_t at;
    unsigned depth;
    const struct move_file *file;
    struct move_module **modules;
    struct err err;
};

/* Behind the last token there is one of kind 0. */
static const struct move_token *token(const struct parser *p) {
    return &p->in.at[p->at];
}

static bool word_is(const struct move_token *t, const char *word) {
    return t->kind == NAME && bytes_eq(t->text, bytes_cstr(word));
}

static bool accept(struct parser *p, int kind) {
    if (token(p)->kind != kind) return false;
    p->at++;
    return true;
}

static bool accept_word(struct parser *p, const char *word) {
    if (!word_is(token(p), word)) return false;
    p->at++;
    return true;
}

static bool fail(struct parser *p, const char *text) {
    if (!err_is(p->err)) p->err = err_at(ERR_SYNTAX, text, token(p)->line);
    return false;
}

static int closing(int kind) {
    return kind == '(' ? ')' : kind == '[' ? ']' : kind == '{' ? '}' : 0;
}

/* Passes over one token, or over a bracket and all up to its end. */
static bool skip(struct parser *p) {
    if (p->at == p->in.count) return fail(p, "the text ends too early");
    int end = closing(p->in.at[p->at++].kind);
    if (!end) return true;
    if (++p->depth > DEPTH_MAX * 16) return fail(p, "brackets too deep");
    while (token(p)->kind != end)
        if (!skip(p)) return false;
    p->at++;
    p->depth--;
    return true;
}

static bool skip_to(struct parser *p, int kind) {
    while (token(p)->kind != kind)
        if (!skip(p)) return false;
    p->at++;
    return true;
}

/* <…>, where the inner ones may hold anything but comparisons. */
static bool skip_angles(struct parser *p) {
    unsigned depth = 0;
    do {
        depth += token(p)->kind == '<';
        depth -= token(p)->kind == '>';
        if (!skip(p)) return false;
    } while (depth);
    return true;
}

/* ---- Attributes */

static bool read_attributes(struct parser *p, int end, struct move_attribute **list);

/* The tokens up to a comma or the end, brackets whole. */
static bool read_value(struct parser *p, int end, struct move_tokens *out) {
    uint32_t begin = p->at;
    while (token(p)->kind != ',' && token(p)->kind != end)
        if (!skip(p)) return false;
    *out = (struct move_tokens){&p->in.at[begin], p->at - begin};
    return out->count > 0 || fail(p, "a value is missing");
}

static bool read_attribute(struct parser *p, int end, struct move_attribute *x) {
    const struct move_token *first = token(p);
    x->line = first->line;
    if (first->kind != NAME) return fail(p, "an attribute without a name");
    /* lint::skip: the name is all of it. */
    do {
        if (!accept(p, NAME)) return fail(p, "an attribute without a name");
    } while (accept(p, PATH));
    const struct move_token *last = &p->in.at[p->at - 1];
    x->name = bytes_make(first->text.p, (size_t)(last->text.p + last->text.n - first->text.p));
    if (accept(p, '=')) {
        x->has_value = true;
        return read_value(p, end, &x->value);
    }
    if (!accept(p, '(')) return true;
    x->has_items = true;
    if (++p->depth > DEPTH_MAX) return fail(p, "attributes too deep");
    bool ok = read_attributes(p, ')', &x->items);
    p->depth--;
    return ok;
}

/* A list with commas up to `end`, appended. */
static bool read_attributes(struct parser *p, int end, struct move_attribute **list) {
    while (*list) list = &(*list)->next;
    while (!accept(p, end)) {
        *list = ARENA_NEW(p->arena, struct move_attribute);
        if (!read_attribute(p, end, *list)) return false;
        list = &(*list)->next;
        if (!accept(p, ',') && token(p)->kind != end) return fail(p, "an attribute without end");
    }
    return true;
}

/* ---- Declarations */

static bool take_name(struct parser *p, struct bytes *out) {
    *out = token(p)->text;
    return accept(p, NAME) || fail(p, "a name is missing");
}

static void add_use(struct parser *p, struct move_module *m, struct move_use u) {
    struct move_use *new = ARENA_NEW(p->arena, struct move_use);
    *new = u;
    new->next = m->uses;
    m->uses = new;
}

/* What stands behind address::module:: — a member, or {Self, member as name, …}. */
static bool read_members(struct parser *p, struct move_module *m, struct move_use base) {
    bool many = accept(p, '{');
    do {
        if (many && token(p)->kind == '}') break;
        struct move_use u = base;
        bool self = word_is(token(p), "Self");
        if (!take_name(p, &u.member)) return false;
        u.name = self ? base.module : u.member;
        if (self) u.member = (struct bytes){0};
        if (accept_word(p, "as") && !take_name(p, &u.name)) return false;
        add_use(p, m, u);
    } while (many && accept(p, ','));
    return !many || accept(p, '}') || fail(p, "a list of uses without end");
}

/* What stands behind address:: — module, module as name, module::…, or {such, …}. */
static bool read_used_module(struct parser *p, struct move_module *m, struct bytes address) {
    struct move_use u = {.address = address};
    if (!take_name(p, &u.module)) return false;
    if (accept(p, PATH)) return read_members(p, m, u);
    u.name = u.module;
    if (accept_word(p, "as") && !take_name(p, &u.name)) return false;
    add_use(p, m, u);
    return true;
}

static bool read_use(struct parser *p, struct move_module *m) {
    /* `use fun …` is about receivers. */
    if (accept_word(p, "fun")) return skip_to(p, ';');
    struct bytes address = token(p)->text;
    if (!accept(p, NAME) && !accept(p, NUMBER)) return fail(p, "an address is missing");
    if (!accept(p, PATH)) return fail(p, "a module is missing");
    bool many = accept(p, '{');
    do {
        if (many && token(p)->kind == '}') break;
        if (!read_used_module(p, m, address)) return false;
    } while (many && accept(p, ','));
    if (many && !accept(p, '}')) return fail(p, "a list of uses without end");
    return accept(p, ';') || fail(p, "a use without end");
}

/* const NAME: type = value; */
static bool read_constant(struct parser *p, struct move_module *m) {
    struct move_constant *c = ARENA_NEW(p->arena, struct move_constant);
    if (!take_name(p, &c->name) || !skip_to(p, '=')) return false;
    uint32_t begin = p->at;
    if (!skip_to(p, ';')) return false;
    c->value = (struct move_tokens){&p->in.at[begin], p->at - 1 - begin};
    c->next = m->constants;
    m->constants = c;
    return true;
}

/* name: type, up to the comma or the bracket. */
static bool read_parameter(struct parser *p, struct move_parameter *out) {
    accept_word(p, "mut");
    if (!take_name(p, &out->name)) return false;
    if (!accept(p, ':')) return fail(p, "a parameter without a type");
    uint32_t begin = p->at;
    /* A comma between bars is one of a function's type. */
    for (bool bars = false; bars || (token(p)->kind != ',' && token(p)->kind != ')');) {
        bars ^= token(p)->kind == '|';
        if (!(token(p)->kind == '<' ? skip_angles(p) : skip(p))) return false;
    }
    out->type = (struct move_tokens){&p->in.at[begin], p->at - begin};
    return true;
}

static bool read_parameters(struct parser *p, struct move_function *f) {
    struct buf list = {0};
    bool ok = accept(p, '(') || fail(p, "a function without parameters");
    while (ok && !accept(p, ')')) {
        struct move_parameter x = {0};
        ok = read_parameter(p, &x);
        buf_put(&list, &x, sizeof x);
        if (ok && !accept(p, ',') && token(p)->kind != ')') ok = fail(p, "parameters without end");
    }
    f->param_count = (uint32_t)(list.n / sizeof *f->params);
    struct move_parameter *params =
        ARENA_ARRAY(p->arena, struct move_parameter, f->param_count + 1);
    if (list.n) memcpy(params, list.p, list.n);
    f->params = params;
    buf_free(&list);
    return ok;
}

/* To the end of a body, or to the semicolon of what has none. */
static bool skip_definition(struct parser *p) {
    while (token(p)->kind != '{' && token(p)->kind != ';')
        if (!skip(p)) return false;
    return skip(p);
}

static bool read_function(struct parser *p, struct move_module *m,
                          const struct move_attribute *attributes) {
    struct move_function *f = ARENA_NEW(p->arena, struct move_function);
    f->line = token(p)->line;
    f->attributes = attributes;
    if (!take_name(p, &f->name)) return false;
    if (token(p)->kind == '<' && !skip_angles(p)) return false;
    if (!read_parameters(p, f)) return false;
    f->next = m->functions;
    m->functions = f;
    return skip_definition(p);
}

/* The members of a module up to `end` (0: of the text). */
static bool read_members_of_module(struct parser *p, struct move_module *m, int end) {
    struct move_attribute *attributes = NULL;
    while (token(p)->kind != end) {
        bool ok;
        if (token(p)->kind == '#') {
            p->at++;
            ok = (accept(p, '[') && read_attributes(p, ']', &attributes)) ||
                 fail(p, "an attribute is missing");
            if (!ok) return false;
            continue;
        }
        if (accept_word(p, "use"))
            ok = read_use(p, m);
        else if (accept_word(p, "const"))
            ok = read_constant(p, m);
        else if (accept_word(p, "fun"))
            ok = read_function(p, m, attributes);
        else if (word_is(token(p), "spec") || word_is(token(p), "struct") ||
                 word_is(token(p), "enum"))
            ok = skip_definition(p);
        else {
            /* public, entry, native, friend …; what they belong to follows. */
            if (!skip(p)) return false;
            continue;
        }
        if (!ok) return false;
        attributes = NULL;
    }
    if (end) p->at++;
    return true;
}

/* module address::name { … } or, inside `address …`, module name { … }; `address` may be empty. */
static bool read_module(struct parser *p, struct bytes address) {
    struct move_module *m = ARENA_NEW(p->arena, struct move_module);
    m->file = p->file;
    m->address = address;
    m->name = token(p)->text;
    if (!accept(p, NAME) && !accept(p, NUMBER)) return fail(p, "a module without a name");
    if (accept(p, PATH)) {
        m->address = m->name;
        if (!take_name(p, &m->name)) return false;
    }
    m->next = *p->modules;
    *p->modules = m;
    if (accept(p, ';')) return read_members_of_module(p, m, 0);
    if (!accept(p, '{')) return fail(p, "a module without a body");
    return read_members_of_module(p, m, '}');
}

static bool read_address_block(struct parser *p) {
    struct bytes address = token(p)->text;
    p->at++;
    if (!accept(p, '{')) return fail(p, "an address without a body");
    while (!accept(p, '}')) {
        if (accept_word(p, "module")) {
            if (!read_module(p, address)) return false;
        } else if (!skip(p)) {
            return false;
        }
    }
    return true;
}

struct err move_source_read(struct arena *a, const struct move_file *file,
                            struct move_module **modules) {
    struct parser p = {.arena = a, .file = file, .modules = modules};
    struct err e = read_tokens(a, file->text, &p.in);
    if (err_is(e)) return e;
    while (p.at < p.in.count && !err_is(p.err)) {
        if (accept_word(&p, "module"))
            read_module(&p, (struct bytes){0});
        else if (word_is(token(&p), "address") && p.in.at[p.at + 1].kind != PATH)
            p.at++, read_address_block(&p);
        else if (word_is(token(&p), "spec") || word_is(token(&p), "script"))
            skip_definition(&p);
        else
            skip(&p);
    }
    return p.err;
}

/* ---- Names */

bool move_source_address(const struct move_names *names, struct bytes text, struct b32 *out) {
    if (move_address_read(text, out)) return true;
    return text.n > 0 && names->resolve(names->ctx, text, out);
}

const struct move_module *move_source_module(const struct move_names *names,
                                             const struct b32 *address, struct bytes name) {
    for (const struct move_module *m = names->modules; m; m = m->next) {
        struct b32 own;
        if (bytes_eq(m->name, name) && move_source_address(names, m->address, &own) &&
            b32_eq(&own, address))
            return m;
    }
    return NULL;
}

static const struct move_use *find_use(const struct move_module *in, struct bytes name) {
    for (const struct move_use *u = in->uses; u; u = u->next)
        if (bytes_eq(u->name, name)) return u;
    return NULL;
}

/* One word: a module that is used, a member that is used, Self, or a member of this module. */
static bool resolve_word(const struct move_names *names, const struct move_module *in,
                         struct bytes word, bool wants_member, struct move_path *out) {
    const struct move_use *u = find_use(in, word);
    if (bytes_eq(word, BYTES_LIT("Self")) || (!u && wants_member)) {
        *out = (struct move_path){.module = in->name};
        if (wants_member) out->member = word;
        return move_source_address(names, in->address, &out->address);
    }
    if (!u) return false;
    *out = (struct move_path){.module = u->module, .member = u->member};
    return move_source_address(names, u->address, &out->address) &&
           (u->member.n > 0) == wants_member;
}

bool move_source_path(const struct move_names *names, const struct move_module *in,
                      struct move_tokens path, bool wants_member, struct move_path *out) {
    struct bytes words[3];
    uint32_t n = 0;
    for (uint32_t i = 0; i < path.count; i++) {
        const struct move_token *t = &path.at[i];
        if (i & 1 ? t->kind != PATH : t->kind != NAME && t->kind != NUMBER) return false;
        if (i & 1) continue;
        if (n == COUNT_OF(words)) return false;
        words[n++] = t->text;
    }
    if (n == 0 || !(path.count & 1)) return false;
    if (path.at[0].kind == NUMBER && n == 1) return false;
    if (n == 1) return resolve_word(names, in, words[0], wants_member, out);
    if (n == 2 && wants_member) {
        if (!resolve_word(names, in, words[0], false, out)) return false;
        out->member = words[1];
        return true;
    }
    *out = (struct move_path){.module = words[1]};
    if (wants_member) out->member = words[2];
    return (n == 3) == wants_member && move_source_address(names, words[0], &out->address);
}

/* ---- Numbers */

struct evaluation {
    const struct move_names *names;
    const struct move_module *in;
    struct move_tokens value;
    uint32_t at;
    unsigned depth;
    uint32_t *constants_left; /* constants may name each other twice, again and again */
};

static bool read_expression(struct evaluation *e, unsigned level, unsigned __int128 *out);

static int kind_at(const struct evaluation *e, uint32_t ahead) {
    return e->at + ahead < e->value.count ? e->value.at[e->at + ahead].kind : 0;
}

/* 123, 0x1f, 1_000, 7u64. */
static bool read_literal(struct bytes text, unsigned __int128 *out) {
    bool hex = text.n > 2 && text.p[0] == '0' && text.p[1] == 'x';
    unsigned base = hex ? 16 : 10;
    unsigned __int128 v = 0;
    size_t i = hex ? 2 : 0;
    for (; i < text.n && text.p[i] != 'u'; i++) {
        if (text.p[i] == '_') continue;
        int d = hex_digit(text.p[i]);
        if (d < 0 || (unsigned)d >= base || __builtin_mul_overflow(v, base, &v) ||
            __builtin_add_overflow(v, (unsigned)d, &v))
            return false;
    }
    *out = v;
    return i > (hex ? 2u : 0u);
}

static bool constant_value(struct evaluation *e, const struct move_path *path,
                           unsigned __int128 *out) {
    const struct move_module *m = move_source_module(e->names, &path->address, path->module);
    if (!m || e->depth > DEPTH_MAX || !*e->constants_left) return false;
    --*e->constants_left;
    for (const struct move_constant *c = m->constants; c; c = c->next) {
        if (!bytes_eq(c->name, path->member)) continue;
        struct evaluation inner = {.names = e->names,
                                   .in = m,
                                   .value = c->value,
                                   .depth = e->depth + 1,
                                   .constants_left = e->constants_left};
        return read_expression(&inner, 0, out) && inner.at == inner.value.count;
    }
    return false;
}

static bool read_operand(struct evaluation *e, unsigned __int128 *out) {
    if (kind_at(e, 0) == '(') {
        e->at++;
        if (++e->depth > DEPTH_MAX || !read_expression(e, 0, out)) return false;
        if (kind_at(e, 0) == NAME && word_is(&e->value.at[e->at], "as")) e->at += 2;
        if (kind_at(e, 0) != ')') return false;
        e->at++;
        return true;
    }
    if (kind_at(e, 0) == NUMBER && kind_at(e, 1) != PATH)
        return read_literal(e->value.at[e->at++].text, out);
    struct move_tokens path = {&e->value.at[e->at], 0};
    while (kind_at(e, path.count) == (path.count & 1 ? PATH : NAME) ||
           (path.count == 0 && kind_at(e, 0) == NUMBER))
        path.count++;
    e->at += path.count;
    struct move_path resolved;
    return move_source_path(e->names, e->in, path, true, &resolved) &&
           constant_value(e, &resolved, out);
}

/* The operator at this place if it binds as strongly as `level`; 0 if not. */
static int operator_at(struct evaluation *e, unsigned level) {
    static const char *const levels[] = {"|", "^", "&", "lr", "+-", "*/%"};
    int c = kind_at(e, 0);
    if ((c == '<' || c == '>') && kind_at(e, 1) == c)
        c = c == '<' ? SHIFT_LEFT : SHIFT_RIGHT;
    else if (c == NAME)
        return 0;
    return c && strchr(levels[level], c) ? c : 0;
}

static bool apply(int op, unsigned __int128 *v, unsigned __int128 w) {
    switch (op) {
    case '|': *v |= w; return true;
    case '^': *v ^= w; return true;
    case '&': *v &= w; return true;
    case SHIFT_LEFT: *v = w < 128 ? *v << w : 0; return w < 128;
    case SHIFT_RIGHT: *v = w < 128 ? *v >> w : 0; return w < 128;
    case '+': return !__builtin_add_overflow(*v, w, v);
    case '-': return !__builtin_sub_overflow(*v, w, v);
    case '*': return !__builtin_mul_overflow(*v, w, v);
    case '/': *v = w ? *v / w : 0; return w != 0;
    default: *v = w ? *v % w : 0; return w != 0;
    }
}

static bool read_expression(struct evaluation *e, unsigned level, unsigned __int128 *out) {
    enum { OPERAND = 6 };
    if (level == OPERAND) return read_operand(e, out);
    if (!read_expression(e, level + 1, out)) return false;
    for (int op; (op = operator_at(e, level));) {
        e->at += op == SHIFT_LEFT || op == SHIFT_RIGHT ? 2 : 1;
        unsigned __int128 right;
        if (!read_expression(e, level + 1, &right) || !apply(op, out, right)) return false;
    }
    return true;
}

bool move_source_number(const struct move_names *names, const struct move_module *in,
                        struct move_tokens value, unsigned __int128 *out, struct move_path *home) {
    uint32_t constants = CONSTANTS_MAX;
    struct evaluation e = {.names = names, .in = in, .value = value, .constants_left = &constants};
    if (home && !move_source_path(names, in, value, true, home)) *home = (struct move_path){0};
    return read_expression(&e, 0, out) && e.at == value.count;
}

bool move_source_address_value(const struct move_names *names, struct move_tokens value,
                               struct b32 *out) {
    return value.count == 2 && value.at[0].kind == '@' &&
           move_source_address(names, value.at[1].text, out);
}
