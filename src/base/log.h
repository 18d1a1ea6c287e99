/* What an operator reads: one line an event on standard error, with a level. Not for debugging
 * output. */
#ifndef TERN_BASE_LOG_H
#define TERN_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Lines above `level` are dropped. Set once at start, before other threads run. The default is
 * LOG_INFO. */
void log_set_level(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
