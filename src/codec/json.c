#include "codec/json.h"

/* jansson recurses; its own limit is far above ours. Strings are skipped: a bracket in one is text.
 */
static bool too_deep(struct bytes text, uint64_t *at) {
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX) {
                *at = i;
                return true;
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

static const char *reason(enum json_error_code code) {
    switch (code) {
    case json_error_premature_end_of_input: return "invalid JSON: the text ends too early";
    case json_error_end_of_input_expected: return "invalid JSON: text is left behind the value";
    case json_error_invalid_utf8: return "invalid JSON: the text is no UTF-8";
    case json_error_duplicate_key: return "invalid JSON: a key stands twice in an object";
    case json_error_numeric_overflow: return "invalid JSON: a number is too large";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "invalid JSON: a string holds a null character";
    default: return "invalid JSON: the text is malformed";
    }
}

struct err json_parse(struct bytes text, json_t **out) {
    json_error_t e;
    uint64_t at;
    *out = NULL;
    if (too_deep(text, &at)) return err_at(1, "invalid JSON: nested too deeply", at);
    *out = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (*out) return ERR_NONE;
    return err_at(1, reason(json_error_code(&e)), e.position < 0 ? 0 : (uint64_t)e.position);
}
