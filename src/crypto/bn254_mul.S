/* Multiplication in Fp and Fp2 of bn254 for x86-64 with BMI2 (mulx). The contracts are in bn254_fp.h; the portable
 * versions in bn254_fp.c compute the same and are what to read first.
 *
 * mulx leaves the flags alone, so that one carry chain can run through a row of products. Register roles throughout:
 *   rdi result, rsi and rcx operands, rdx multiplier of the row, rax low half of a product,
 *   r8 … r12 the accumulator t, r13 r14 r15 rbx rbp the row u = multiplier × (four limbs). */
#if defined(__x86_64__)

        .section .rodata
        .balign 32
modulus:
        .quad 0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029
negated_inverse: /* -1/p mod 2^64 */
        .quad 0x87d20782e4866389

        .text

/* t0 … t4 = rdx × four limbs at ao(ab) */
        .macro ROW_FIRST ab, ao, t0, t1, t2, t3, t4
        mulxq 0+\ao(\ab), \t0, \t1
        mulxq 8+\ao(\ab), %rax, \t2
        addq %rax, \t1
        mulxq 16+\ao(\ab), %rax, \t3
        adcq %rax, \t2
        mulxq 24+\ao(\ab), %rax, \t4
        adcq %rax, \t3
        adcq $0, \t4
        .endm

/* t0 … t4 = (t0 … t3) + rdx × four limbs at ao(ab); never overflows */
        .macro ROW ab, ao, t0, t1, t2, t3, t4
        mulxq 0+\ao(\ab), %r13, %r14
        mulxq 8+\ao(\ab), %rax, %r15
        addq %rax, %r14
        mulxq 16+\ao(\ab), %rax, %rbx
        adcq %rax, %r15
        mulxq 24+\ao(\ab), %rax, \t4
        adcq %rax, %rbx
        adcq $0, \t4
        addq %r13, \t0
        adcq %r14, \t1
        adcq %r15, \t2
        adcq %rbx, \t3
        adcq $0, \t4
        .endm

/* r13 r14 r15 rbx u4 = m × p with m = -t0 / p mod 2^64: what added to t makes its lowest limb zero */
        .macro REDUCER t0, u4
        movq \t0, %rdx
        imulq negated_inverse(%rip), %rdx
        mulxq modulus(%rip), %r13, %r14
        mulxq modulus+8(%rip), %rax, %r15
        addq %rax, %r14
        mulxq modulus+16(%rip), %rax, %rbx
        adcq %rax, %r15
        mulxq modulus+24(%rip), %rax, \u4
        adcq %rax, %rbx
        adcq $0, \u4
        .endm

/* t1 … t4 = (t0 … t4 + m p) / 2^64 */
        .macro REDUCE_ROW t0, t1, t2, t3, t4
        REDUCER \t0, %rbp
        addq %r13, \t0
        adcq %r14, \t1
        adcq %r15, \t2
        adcq %rbx, \t3
        adcq %rbp, \t4
        .endm

/* t1 t2 t3 t4 = (t0 … t3 + m p) / 2^64 */
        .macro REDUCE_ROW_LOW t0, t1, t2, t3, t4
        REDUCER \t0, \t4
        addq %r13, \t0
        adcq %r14, \t1
        adcq %r15, \t2
        adcq %rbx, \t3
        adcq $0, \t4
        .endm

/* four limbs at ro(rdi) = t mod p, for t < 2p */
        .macro STORE_REDUCED ro, t0, t1, t2, t3
        movq \t0, %r13
        movq \t1, %r14
        movq \t2, %r15
        movq \t3, %rbx
        subq modulus(%rip), %r13
        sbbq modulus+8(%rip), %r14
        sbbq modulus+16(%rip), %r15
        sbbq modulus+24(%rip), %rbx
        cmovcq \t0, %r13
        cmovcq \t1, %r14
        cmovcq \t2, %r15
        cmovcq \t3, %rbx
        movq %r13, 0+\ro(%rdi)
        movq %r14, 8+\ro(%rdi)
        movq %r15, 16+\ro(%rdi)
        movq %rbx, 24+\ro(%rdi)
        .endm

/* eight limbs at dst(rsp) = four limbs at ao(ab) × four limbs at bo(bb) */
        .macro MULTIPLY_WIDE dst, ab, ao, bb, bo
        movq 0+\bo(\bb), %rdx
        ROW_FIRST \ab, \ao, %r8, %r9, %r10, %r11, %r12
        movq %r8, 0+\dst(%rsp)
        movq 8+\bo(\bb), %rdx
        ROW \ab, \ao, %r9, %r10, %r11, %r12, %r8
        movq %r9, 8+\dst(%rsp)
        movq 16+\bo(\bb), %rdx
        ROW \ab, \ao, %r10, %r11, %r12, %r8, %r9
        movq %r10, 16+\dst(%rsp)
        movq 24+\bo(\bb), %rdx
        ROW \ab, \ao, %r11, %r12, %r8, %r9, %r10
        movq %r11, 24+\dst(%rsp)
        movq %r12, 32+\dst(%rsp)
        movq %r8, 40+\dst(%rsp)
        movq %r9, 48+\dst(%rsp)
        movq %r10, 56+\dst(%rsp)
        .endm

/* ro(rdi) = wide / 2^256 mod p; its low half is in r8 … r11, its high half at hi(rsp); wide < 2^256 p */
        .macro MONTGOMERY_REDUCE ro, hi
        REDUCE_ROW_LOW %r8, %r9, %r10, %r11, %r12
        REDUCE_ROW_LOW %r9, %r10, %r11, %r12, %r8
        REDUCE_ROW_LOW %r10, %r11, %r12, %r8, %r9
        REDUCE_ROW_LOW %r11, %r12, %r8, %r9, %r10
        addq 0+\hi(%rsp), %r12
        adcq 8+\hi(%rsp), %r8
        adcq 16+\hi(%rsp), %r9
        adcq 24+\hi(%rsp), %r10
        STORE_REDUCED \ro, %r12, %r8, %r9, %r10
        .endm

/* to(rsp) = four limbs at 0(from) + four limbs at 32(from), no carry out */
        .macro ADD_HALVES to, from
        movq 0(\from), %r8
        movq 8(\from), %r9
        movq 16(\from), %r10
        movq 24(\from), %r11
        addq 32(\from), %r8
        adcq 40(\from), %r9
        adcq 48(\from), %r10
        adcq 56(\from), %r11
        movq %r8, 0+\to(%rsp)
        movq %r9, 8+\to(%rsp)
        movq %r10, 16+\to(%rsp)
        movq %r11, 24+\to(%rsp)
        .endm

        .macro LOAD_WIDE from
        movq 0+\from(%rsp), %r8
        movq 8+\from(%rsp), %r9
        movq 16+\from(%rsp), %r10
        movq 24+\from(%rsp), %r11
        movq 32+\from(%rsp), %r12
        movq 40+\from(%rsp), %r13
        movq 48+\from(%rsp), %r14
        movq 56+\from(%rsp), %r15
        .endm

        .macro SUBTRACT_WIDE from
        subq 0+\from(%rsp), %r8
        sbbq 8+\from(%rsp), %r9
        sbbq 16+\from(%rsp), %r10
        sbbq 24+\from(%rsp), %r11
        sbbq 32+\from(%rsp), %r12
        sbbq 40+\from(%rsp), %r13
        sbbq 48+\from(%rsp), %r14
        sbbq 56+\from(%rsp), %r15
        .endm

        .macro STORE_HIGH to
        movq %r12, 0+\to(%rsp)
        movq %r13, 8+\to(%rsp)
        movq %r14, 16+\to(%rsp)
        movq %r15, 24+\to(%rsp)
        .endm

        .macro ENTER
        .cfi_startproc
        endbr64
        pushq %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0
        .endm

        .macro LEAVE
        popq %r15
        .cfi_adjust_cfa_offset -8
        popq %r14
        .cfi_adjust_cfa_offset -8
        popq %r13
        .cfi_adjust_cfa_offset -8
        popq %r12
        .cfi_adjust_cfa_offset -8
        popq %rbp
        .cfi_adjust_cfa_offset -8
        popq %rbx
        .cfi_adjust_cfa_offset -8
        ret
        .cfi_endproc
        .endm

/* void fp_mul_bmi2(struct fp *r, const struct fp *a, const struct fp *b): Montgomery's product, rows of a × b[i] and
 * of the reduction taking turns. The top limb of p leaves room enough that no row overflows t. */
        .globl fp_mul_bmi2
        .type fp_mul_bmi2, @function
        .balign 32
fp_mul_bmi2:
        ENTER
        movq %rdx, %rcx
        movq 0(%rcx), %rdx
        ROW_FIRST %rsi, 0, %r8, %r9, %r10, %r11, %r12
        REDUCE_ROW %r8, %r9, %r10, %r11, %r12
        movq 8(%rcx), %rdx
        ROW %rsi, 0, %r9, %r10, %r11, %r12, %r8
        REDUCE_ROW %r9, %r10, %r11, %r12, %r8
        movq 16(%rcx), %rdx
        ROW %rsi, 0, %r10, %r11, %r12, %r8, %r9
        REDUCE_ROW %r10, %r11, %r12, %r8, %r9
        movq 24(%rcx), %rdx
        ROW %rsi, 0, %r11, %r12, %r8, %r9, %r10
        REDUCE_ROW %r11, %r12, %r8, %r9, %r10
        STORE_REDUCED 0, %r12, %r8, %r9, %r10
        LEAVE
        .size fp_mul_bmi2, .-fp_mul_bmi2

/* void fp2_mul_bmi2(struct fp2 *r, const struct fp2 *a, const struct fp2 *b): Karatsuba on unreduced products.
 * Frame: a0 b0 at 0, a1 b1 at 64, (a0 + a1)(b0 + b1) at 128, the two sums at 192 and 224. */
        .globl fp2_mul_bmi2
        .type fp2_mul_bmi2, @function
        .balign 32
fp2_mul_bmi2:
        ENTER
        subq $256, %rsp
        .cfi_adjust_cfa_offset 256
        movq %rdx, %rcx
        ADD_HALVES 192, %rsi
        ADD_HALVES 224, %rcx
        MULTIPLY_WIDE 0, %rsi, 0, %rcx, 0
        MULTIPLY_WIDE 64, %rsi, 32, %rcx, 32
        MULTIPLY_WIDE 128, %rsp, 192, %rsp, 224
        /* c1 = (a0 + a1)(b0 + b1) - a0 b0 - a1 b1 = a0 b1 + a1 b0 */
        LOAD_WIDE 128
        SUBTRACT_WIDE 0
        SUBTRACT_WIDE 64
        STORE_HIGH 128
        MONTGOMERY_REDUCE 32, 128
        /* c0 = a0 b0 - a1 b1, plus 2^256 p if that is negative */
        LOAD_WIDE 0
        SUBTRACT_WIDE 64
        sbbq %rax, %rax
        movq modulus(%rip), %rbx
        movq modulus+8(%rip), %rbp
        movq modulus+16(%rip), %rcx
        movq modulus+24(%rip), %rsi
        andq %rax, %rbx
        andq %rax, %rbp
        andq %rax, %rcx
        andq %rax, %rsi
        addq %rbx, %r12
        adcq %rbp, %r13
        adcq %rcx, %r14
        adcq %rsi, %r15
        STORE_HIGH 0
        MONTGOMERY_REDUCE 0, 0
        addq $256, %rsp
        .cfi_adjust_cfa_offset -256
        LEAVE
        .size fp2_mul_bmi2, .-fp2_mul_bmi2

#endif
        .section .note.GNU-stack, "", @progbits
