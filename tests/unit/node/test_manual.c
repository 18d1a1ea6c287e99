/* The manual page against the tables that the program reads its arguments by: every command and
 * option is there with the words of its help, and nothing else. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "node/cli_words.h"
#include "node/commands.h"

static struct buf page;

static int read_page(void **state) {
    FILE *f = fopen(TERN_SOURCE_DIR "/docs/tern.1", "r");
    int ch;
    (void)state;
    if (!f) return -1;
    while ((ch = fgetc(f)) != EOF) buf_put_u8(&page, (uint8_t)ch);
    fclose(f);
    return 0;
}

static int free_page(void **state) {
    (void)state;
    buf_free(&page);
    return 0;
}

/* As troff has the text: hyphens and backslashes escaped. */
static void put_escaped(struct buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '-' || *text == '\\') buf_puts(out, "\\");
        buf_put_u8(out, (uint8_t)*text);
    }
}

/* What stands below a heading, up to the next one. */
struct section {
    const char *name;
    char *text;
    unsigned options;
};

static void open_section(struct section *s, const char *kind, const char *name) {
    struct buf heading = {0};
    buf_printf(&heading, "\n.%s %s\n", kind, name);
    const char *start = strstr(buf_cstr(&page), buf_cstr(&heading));
    if (!start) fail_msg("docs/tern.1 has no section \"%s\"", name);
    start += heading.n;
    const char *end = strstr(start, "\n.S");
    s->name = name;
    s->options = 0;
    s->text = strndup(start, end ? (size_t)(end - start) + 1 : strlen(start));
    buf_free(&heading);
}

static void check_option(void *ctx, const char *name, bool has_value, const char *what) {
    struct section *s = ctx;
    struct buf want = {0};
    (void)has_value;
    buf_puts(&want, ".B \\-\\-");
    put_escaped(&want, name);
    if (!strstr(s->text, buf_cstr(&want))) fail_msg("docs/tern.1: %s lacks --%s", s->name, name);
    buf_clear(&want);
    put_escaped(&want, what);
    if (!strstr(s->text, buf_cstr(&want)))
        fail_msg("docs/tern.1: %s: --%s: \"%s\" is not said", s->name, name, what);
    s->options++;
    buf_free(&want);
}

/* As many options as the command has: none that it does not know. */
static void check_count(const struct section *s) {
    unsigned found = 0;
    for (const char *at = s->text; (at = strstr(at, ".B \\-\\-")); at++) found++;
    if (found != s->options)
        fail_msg("docs/tern.1: %s has %u options, the command %u", s->name, found, s->options);
}

static void test_every_command_and_option_is_described(void **state) {
    (void)state;
    for (const struct command *k = tern_commands; k->name; k++) {
        struct section s;
        struct buf want = {0};
        char heading[64];
        snprintf(heading, sizeof heading, "tern %s%s%s", k->name, k->arguments ? " " : "",
                 k->arguments ? k->arguments : "");
        open_section(&s, "SS", heading);
        put_escaped(&want, k->what);
        if (strncasecmp(s.text, buf_cstr(&want), want.n) != 0)
            fail_msg("docs/tern.1: %s does not begin with \"%s\"", heading, k->what);
        if (k->options)
            for (const struct cli_option *o = k->options; o->name; o++)
                check_option(&s, o->name, o->value, o->what);
        else if (k->usage)
            cli_each_option(k, check_option, &s);
        check_count(&s);
        free(s.text);
        buf_free(&want);
    }
}

static void test_common_options_are_described_once(void **state) {
    struct section s;
    (void)state;
    open_section(&s, "SH", "COMMON OPTIONS");
    for (const struct cli_option *o = cli_common; o->name; o++)
        check_option(&s, o->name, o->value, o->what);
    check_count(&s);
    free(s.text);
}

static void test_no_command_is_described_that_is_not_there(void **state) {
    unsigned there = 0, described = 0;
    (void)state;
    for (const struct command *k = tern_commands; k->name; k++) there++;
    for (const char *at = buf_cstr(&page); (at = strstr(at, "\n.SS tern ")); at++) described++;
    assert_int_equal(there, described);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_and_option_is_described),
        cmocka_unit_test(test_common_options_are_described_once),
        cmocka_unit_test(test_no_command_is_described_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, read_page, free_page);
}
