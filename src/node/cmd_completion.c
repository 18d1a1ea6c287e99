/* tern completion: scripts by which shells complete commands and options, made from the table of
 * commands. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "node/cli_words.h"
#include "node/commands.h"

static const char usage[] =
    "tern completion SHELL\n\n"
    "Prints what makes bash, zsh or fish complete tern's commands and options:\n"
    "  bash   tern completion bash > ~/.local/share/bash-completion/completions/tern\n"
    "  zsh    tern completion zsh > ~/.zfunc/_tern      (with fpath+=~/.zfunc before compinit)\n"
    "  fish   tern completion fish > ~/.config/fish/completions/tern.fish\n";

/* Text within single quotes; a quote is `escape`. In zsh's lists a colon divides. */
static void put_quoted(const char *text, const char *escape, bool colons) {
    for (; *text; text++)
        if (*text == '\'')
            fputs(escape, stdout);
        else if (*text == ':' && colons)
            fputs("\\:", stdout);
        else
            putchar(*text);
}

/* What an option's value can be, where that is a short list. */
static const char *values_of(const char *option) {
    if (!strcmp(option, "in")) return "evm move svm";
    if (!strcmp(option, "color")) return "auto always never";
    return NULL;
}

/* ---- bash */

static void put_bash_option(void *ctx, const char *name, bool has_value, const char *what) {
    (void)ctx;
    (void)has_value;
    (void)what;
    printf(" --%s", name);
}

static void put_bash(void) {
    fputs("_tern() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        words='",
          stdout);
    for (const struct command *k = tern_commands; k->name; k++) printf("%s ", k->name);
    fputs("--help --version'\n    else\n        case $before in\n", stdout);
    static const char *const listed[] = {"in", "color"};
    for (size_t i = 0; i < COUNT_OF(listed); i++)
        printf("        --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", listed[i],
               values_of(listed[i]));
    fputs("        esac\n        case ${COMP_WORDS[1]} in\n", stdout);
    for (const struct command *k = tern_commands; k->name; k++) {
        if (!k->options && !k->usage) continue;
        printf("        %s) words='", k->name);
        cli_each_option(k, put_bash_option, NULL);
        fputs("' ;;\n", stdout);
    }
    fputs("        completion) words='bash zsh fish' ;;\n"
          "        esac\n    fi\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\ncomplete -o default -F _tern tern\n",
          stdout);
}

/* ---- zsh */

static void put_zsh_option(void *ctx, const char *name, bool has_value, const char *what) {
    (void)ctx;
    (void)has_value;
    printf(" '--%s:", name);
    put_quoted(what, "'\\''", true);
    putchar('\'');
}

static void put_zsh(void) {
    fputs("#compdef tern\n_tern() {\n    local -a words_\n    if ((CURRENT == 2)); then\n"
          "        words_=(",
          stdout);
    for (const struct command *k = tern_commands; k->name; k++) {
        printf(" '%s:", k->name);
        put_quoted(k->what, "'\\''", true);
        putchar('\'');
    }
    fputs(")\n        _describe command words_\n        return\n    fi\n"
          "    case $words[CURRENT-1] in\n"
          "    --in) compadd evm move svm; return ;;\n"
          "    --color) compadd auto always never; return ;;\n"
          "    esac\n    case $words[2] in\n",
          stdout);
    for (const struct command *k = tern_commands; k->name; k++) {
        if (!k->options && !k->usage) continue;
        printf("    %s) words_=(", k->name);
        cli_each_option(k, put_zsh_option, NULL);
        fputs(") ;;\n", stdout);
    }
    fputs("    completion) compadd bash zsh fish; return ;;\n"
          "    esac\n    _describe option words_\n    _files\n}\ncompdef _tern tern\n",
          stdout);
}

/* ---- fish */

static void put_fish_option(void *ctx, const char *name, bool has_value, const char *what) {
    printf("complete -c tern -n '__fish_seen_subcommand_from %s' -l %s", (const char *)ctx, name);
    if (values_of(name))
        printf(" -x -a '%s'", values_of(name));
    else if (has_value)
        fputs(" -r", stdout);
    fputs(" -d '", stdout);
    put_quoted(what, "\\'", false);
    fputs("'\n", stdout);
}

static void put_fish(void) {
    for (const struct command *k = tern_commands; k->name; k++) {
        printf("complete -c tern -n __fish_use_subcommand -f -a %s -d '", k->name);
        put_quoted(k->what, "\\'", false);
        fputs("'\n", stdout);
    }
    for (const struct command *k = tern_commands; k->name; k++) {
        char name[32];
        snprintf(name, sizeof name, "%s", k->name);
        cli_each_option(k, put_fish_option, name);
    }
    fputs("complete -c tern -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n",
          stdout);
}

int cmd_completion(int argc, char **argv) {
    static const struct {
        const char *shell;
        void (*put)(void);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(shells) && argc == 2; i++)
        if (!strcmp(argv[1], shells[i].shell)) {
            shells[i].put();
            return fflush(stdout) ? 1 : 0;
        }
    fputs(usage, stderr);
    return 2;
}
