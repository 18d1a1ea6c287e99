/* The options of debug_trace…: which tracer, its configuration, and how long it may take. */
#include "rpc/trace.h"

static const struct tracer_type *const tracers[] = {
    &trace_call_tracer,    &trace_flat_call_tracer, &trace_prestate_tracer, &trace_4byte_tracer,
    &trace_erc7562_tracer, &trace_mux_tracer,       &trace_noop_tracer,
};

static void put_names(struct buf *b) {
    for (size_t i = 0; i < COUNT_OF(tracers); i++) {
        buf_puts(b, i == 0 ? "" : i + 1 < COUNT_OF(tracers) ? ", " : " and ");
        buf_puts(b, tracers[i]->name);
    }
}

/* What a JavaScript tracer looks like: an object expression, or a function. */
static bool is_script(const char *name) {
    return strpbrk(name, "{}()=;\n") != NULL;
}

const struct tracer_type *trace_find(struct rpc_call *c, const char *name) {
    for (size_t i = 0; i < COUNT_OF(tracers); i++)
        if (strcmp(name, tracers[i]->name) == 0) return tracers[i];
    struct buf names = {0};
    put_names(&names);
    if (is_script(name))
        rpc_fail(c, RPC_SERVER_ERROR,
                 "tracers in JavaScript are not supported by this node; there are %s, and the "
                 "struct logger without a tracer",
                 buf_cstr(&names));
    else
        rpc_fail(c, RPC_SERVER_ERROR,
                 "there is no tracer '%.64s'; there are %s, and the struct logger without a tracer",
                 name, buf_cstr(&names));
    buf_free(&names);
    return NULL;
}

bool trace_config_bool(struct rpc_call *c, json_t *config, const char *name, bool *out) {
    json_t *v = json_object_get(config, name);
    if (!v || json_is_null(v)) return true;
    if (!json_is_boolean(v))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid trace option %s: a boolean is expected",
                        name);
    *out = json_is_true(v);
    return true;
}

/* The nanoseconds of a unit of Go's durations; 0 if there is no such unit. */
static double unit_ns(const char **at) {
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1},   {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3},
                 {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},        {"h", 3600e9}};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        size_t n = strlen(units[i].name);
        if (strncmp(*at, units[i].name, n) != 0) continue;
        *at += n;
        return units[i].ns;
    }
    return 0;
}

/* A decimal number; false if there is none. */
static bool decimal(const char **at, double *out) {
    double value = 0, place = 1;
    bool any = false, fraction = false;
    for (; (**at >= '0' && **at <= '9') || (**at == '.' && !fraction); (*at)++) {
        if (**at == '.') {
            fraction = true;
            continue;
        }
        any = true;
        if (fraction) place /= 10;
        value = fraction ? value + place * (**at - '0') : value * 10 + (**at - '0');
    }
    *out = value;
    return any;
}

/* A duration as Go writes it: "5s", "1m30s", "1.5h", "300ms"; "0" alone needs no unit. */
static bool parse_duration(const char *text, uint64_t *ms) {
    double total = 0, value, unit;
    const char *at = text + (*text == '+');
    if (!*at) return false;
    while (*at) {
        if (!decimal(&at, &value)) return false;
        unit = unit_ns(&at);
        if (unit == 0 && (value != 0 || *at)) return false;
        total += value * unit;
    }
    total /= 1e6;
    *ms = total >= TRACE_TIMEOUT_MAX_MS ? TRACE_TIMEOUT_MAX_MS : (uint64_t)total;
    return true;
}

static bool parse_timeout(struct rpc_call *c, json_t *v, uint64_t *ms) {
    *ms = TRACE_TIMEOUT_MS;
    if (!v || json_is_null(v)) return true;
    const char *text = json_string_value(v);
    if (text && parse_duration(text, ms)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "invalid trace option timeout: a duration like \"10s\" or \"1m30s\" is "
                    "expected");
}

bool trace_options_parse(struct rpc_call *c, json_t *options, struct trace_options *out) {
    *out = (struct trace_options){
        .type = &trace_struct_logger, .config = options, .timeout_ms = TRACE_TIMEOUT_MS};
    if (!options) return true;
    if (!json_is_object(options))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid trace options: an object is expected");
    if (!parse_timeout(c, json_object_get(options, "timeout"), &out->timeout_ms)) return false;
    json_t *overrides = json_object_get(options, "overrides");
    if (json_object_size(overrides))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid trace option overrides: other forks than the block's own are not "
                        "supported");
    json_t *tracer = json_object_get(options, "tracer"),
           *config = json_object_get(options, "tracerConfig");
    if (!tracer || json_is_null(tracer)) return true;
    if (!json_is_string(tracer))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid trace option tracer: a string is expected");
    if (config && !json_is_object(config) && !json_is_null(config))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid trace option tracerConfig: an object is expected");
    if (strlen(json_string_value(tracer)) == 0) return true;
    out->config = json_is_null(config) ? NULL : config;
    out->type = trace_find(c, json_string_value(tracer));
    return out->type != NULL;
}
