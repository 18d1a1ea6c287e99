/* Private to node/: files that a command is given. */
#ifndef TERN_NODE_FILES_H
#define TERN_NODE_FILES_H

#include "base/base.h"

/* Appends the whole file. False, with errno set, if it cannot be read. */
bool file_read(const char *path, struct buf *out);

#endif
