/* Publishing modules (aptos-framework code.move, aptos-vm). */
#ifndef TERN_MOVE_PUBLISH_H
#define TERN_MOVE_PUBLISH_H

#include "move/session.h"
#include "move/verify.h"

/* Finds modules as the session's world has them. */
struct mv_resolver mv_session_resolver(struct mv_session *s);

/* Carries out s->publish. MV_EXECUTED, or the fault is set. */
enum mv_status_code mv_publish_requested(struct mv_session *s);

/* The function that a call names; NULL with the fault set. */
struct mv_fn *mv_find_fn(struct mv_session *s, const struct mv_call *call);

#endif
