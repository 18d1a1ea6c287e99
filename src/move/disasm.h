/* Private to the disassembler: how entries of tables are named. Whatever the index. */
#ifndef TERN_MOVE_DISASM_H
#define TERN_MOVE_DISASM_H

#include "move/asm.h"

void dis_identifier(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_address(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_module(struct buf *b, const struct mv_module *m, uint32_t i);
/* The entry itself, not a reference to it; so all dis_…_entry. */
void dis_module_entry(struct buf *b, const struct mv_module *m, const struct mv_module_handle *h);
/* `name` or `address::module::name`. */
void dis_path(struct buf *b, const struct mv_module *m, unsigned module, unsigned name);
void dis_struct(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_function(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_def(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_type(struct buf *b, const struct mv_module *m, const struct mv_token *t);
/* The types between two marks, `$n` if the signature is not the first of its content; `within`
 * whether the marks then stand too. */
void dis_signature(struct buf *b, const struct mv_module *m, uint32_t i, const char *marks,
                   bool within);
void dis_signature_entry(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_abilities(struct buf *b, uint8_t set, const char *between);
void dis_constant(struct buf *b, const struct mv_module *m, uint32_t i);
void dis_constant_entry(struct buf *b, const struct mv_module *m, uint32_t i);

/* Members and instances: entry i of one of the tables that asm_member_ref reads. */
void dis_member(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i);
void dis_member_entry(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i);
void dis_inst(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i);
void dis_inst_entry(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i);

/* disasm_code.c: the body with its braces. */
void dis_code(struct buf *b, const struct mv_module *m, const struct mv_code *c);

#endif
