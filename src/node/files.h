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

/* Copies the files below `from` whose names end with `ending`, with their folders but without
 * hidden ones, to the new folder `to`. False with a reason. */
bool folder_copy(const char *from, const char *to, const char *ending, struct buf *why);

/* Writes a whole file. False with a reason. */
bool file_write(const char *path, struct bytes content, struct buf *why);

/* A JSON string with its quotes. */
void put_json_text(struct buf *b, const char *s);

#endif
