/* Private to node/: files that a command is given. */
#ifndef TERN_NODE_FILES_H
#define TERN_NODE_FILES_H

#include "base/base.h"

/* Appends the whole file; "-" is standard input. False, with errno set, if it cannot be read. */
bool file_read(const char *path, struct buf *out);

/* The files that a command works on, owned. */
struct file_list {
    char **path;
    size_t count, room;
};

/* Adds a file, or all files below a folder whose names end with `ending`, in the order of their
 * names and without hidden ones. What cannot be read is said on standard error, after `command`,
 * and the answer is false. */
bool file_list_add(struct file_list *l, const char *command, const char *path, const char *ending);
void file_list_free(struct file_list *l);

/* A JSON string with its quotes. */
void put_json_text(struct buf *b, const char *s);

#endif
