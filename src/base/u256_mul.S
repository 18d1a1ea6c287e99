/* Wide multiplication and reduction for x86-64 with BMI (mulx, andn). The portable versions in
 * u256.c and u256_div.c compute the same, choose, and are what to read first.
 *
 * mulx leaves the flags alone, so that one carry chain runs through a row of products. */
#if defined(__x86_64__)

        .text

/* rdi is the result, rsi and rcx the operands, rdx the limb of the row:
 * t0 … t4 = t0 … t3 + rdx × the four limbs at rsi; t0 is stored at \at */
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

/* void u256_reduce_bmi2(uint64_t rest[4], const uint64_t *low, const uint64_t d[4], uint64_t v,
 *                       size_t digits)
 * Takes the quotient digits of rest × 2^(64 digits) + low by the normalised d (u256_div.c,
 * next_digit); rest < d, v is reciprocal_2 of d, digits > 0. Leaves the remainder in rest.
 *
 * rest in r11 r10 r9 r8, d in r12 r13 and at 8(rcx) and (rcx), v in r14, the next of low at rsi. */
        .globl u256_reduce_bmi2
        .hidden u256_reduce_bmi2
        .type u256_reduce_bmi2, @function
        .balign 32
u256_reduce_bmi2:
        pushq %rbx
        pushq %rbp
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        pushq %rdi
        movq %rcx, %r14
        movq %rdx, %rcx
        movq 8(%rdi), %r9
        movq 16(%rdi), %r10
        movq 24(%rdi), %r11
        movq 24(%rcx), %r12
        movq 16(%rcx), %r13
        movq %rsi, %r15
        leaq -8(%rsi,%r8,8), %rsi
        movq (%rdi), %r8
.Ldigit:
        cmpq %r12, %r11
        je .Ltop_is_equal
.Lestimate:
        /* rbx:rax = v × r11 + r11:r10 */
        movq %r14, %rdx
        mulxq %r11, %rax, %rbx
        addq %r10, %rax
        adcq %r11, %rbx
        /* r10:r9 = r10:r9 - d1:d0 - rbx × d1:d0 */
        movq %rbx, %rdx
        movq %r12, %rbp
        imulq %rbx, %rbp
        subq %rbp, %r10
        mulxq %r13, %rdi, %rbp
        subq %r13, %r9
        sbbq %r12, %r10
        subq %rdi, %r9
        sbbq %rbp, %r10
        /* the digit is rbx + 1 if r10 < rax, else rbx and d1:d0 comes back */
        cmpq %rax, %r10
        sbbq %rdi, %rdi
        andnq %r13, %rdi, %rax
        andnq %r12, %rdi, %rbp
        addq %rax, %r9
        adcq %rbp, %r10
        subq %rdi, %rbx
        cmpq %r12, %r10
        jae .Lmaybe_one_more
.Llower_limbs:
        /* r10:r9:r8:rdi = r10:r9:r8:low - digit × the lower limbs of d */
        movq %rbx, %rdx
        mulxq (%rcx), %rax, %rdi
        mulxq 8(%rcx), %rbp, %rbx
        addq %rdi, %rbp
        adcq $0, %rbx
        movq (%rsi), %rdi
        subq %rax, %rdi
        sbbq %rbp, %r8
        sbbq %rbx, %r9
        sbbq $0, %r10
        jc .Lone_less
.Lnext:
        movq %r10, %r11
        movq %r9, %r10
        movq %r8, %r9
        movq %rdi, %r8
        subq $8, %rsi
        cmpq %r15, %rsi
        jae .Ldigit

        popq %rdi
        movq %r8, (%rdi)
        movq %r9, 8(%rdi)
        movq %r10, 16(%rdi)
        movq %r11, 24(%rdi)
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbp
        popq %rbx
        ret

.Lmaybe_one_more:
        ja .Lone_more
        cmpq %r13, %r9
        jb .Llower_limbs
.Lone_more:
        incq %rbx
        subq %r13, %r9
        sbbq %r12, %r10
        jmp .Llower_limbs

.Lone_less:
        addq (%rcx), %rdi
        adcq 8(%rcx), %r8
        adcq %r13, %r9
        adcq %r12, %r10
        jmp .Lnext

        /* The largest digit, 2^64 - 1: the new rest is r10:r9:r8:low + d - d × 2^64. */
.Ltop_is_equal:
        cmpq %r13, %r10
        jne .Lestimate
        movq (%rsi), %rdi
        addq (%rcx), %rdi
        adcq 8(%rcx), %r8
        adcq %r13, %r9
        adcq %r12, %r10
        subq (%rcx), %r8
        sbbq 8(%rcx), %r9
        sbbq %r13, %r10
        jmp .Lnext
        .size u256_reduce_bmi2, . - u256_reduce_bmi2

        .section .note.GNU-stack, "", @progbits
#endif
