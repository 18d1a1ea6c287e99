/* Private to the control flow pass. */
#ifndef TERN_MOVE_VERIFY_CONTROL_H
#define TERN_MOVE_VERIFY_CONTROL_H

#include "move/verify_internal.h"

/* The rules of format version 5. The code is not empty and does not fall through. */
struct mv_err mv_verify_control_v5(const struct mv_view *f);

#endif
