/* u256_mul_wide for x86-64 with BMI2 (mulx); u256.c has the portable one and chooses.
 *
 * mulx leaves the flags alone, so that one carry chain runs through a row of products. rdi is the
 * result, rsi and rcx the operands, rdx the limb of the row. */
#if defined(__x86_64__)

        .text

/* t0 … t4 = t0 … t3 + rdx × the four limbs at rsi; t0 is stored at \at */
        .macro ROW at, t0, t1, t2, t3, t4
        movq \at(%rcx), %rdx
        mulxq (%rsi), %r13, %r14
        mulxq 8(%rsi), %rax, %r15
        addq %rax, %r14
        mulxq 16(%rsi), %rax, %rbx
        adcq %rax, %r15
        mulxq 24(%rsi), %rax, \t4
        adcq %rax, %rbx
        adcq $0, \t4
        addq %r13, \t0
        adcq %r14, \t1
        adcq %r15, \t2
        adcq %rbx, \t3
        adcq $0, \t4
        movq \t0, \at(%rdi)
        .endm

/* void u256_mul_wide_bmi2(uint64_t out[8], const struct u256 *a, const struct u256 *b); out is
 * apart from both. */
        .globl u256_mul_wide_bmi2
        .hidden u256_mul_wide_bmi2
        .type u256_mul_wide_bmi2, @function
        .balign 32
u256_mul_wide_bmi2:
        pushq %rbx
        pushq %r13
        pushq %r14
        pushq %r15
        movq %rdx, %rcx
        movq (%rcx), %rdx
        mulxq (%rsi), %r13, %r8
        movq %r13, (%rdi)
        mulxq 8(%rsi), %rax, %r9
        addq %rax, %r8
        mulxq 16(%rsi), %rax, %r10
        adcq %rax, %r9
        mulxq 24(%rsi), %rax, %r11
        adcq %rax, %r10
        adcq $0, %r11
        pushq %r12
        ROW 8, %r8, %r9, %r10, %r11, %r12
        ROW 16, %r9, %r10, %r11, %r12, %r8
        ROW 24, %r10, %r11, %r12, %r8, %r9
        movq %r11, 32(%rdi)
        movq %r12, 40(%rdi)
        movq %r8, 48(%rdi)
        movq %r9, 56(%rdi)
        popq %r12
        popq %r15
        popq %r14
        popq %r13
        popq %rbx
        ret
        .size u256_mul_wide_bmi2, . - u256_mul_wide_bmi2

        .section .note.GNU-stack, "", @progbits
#endif
