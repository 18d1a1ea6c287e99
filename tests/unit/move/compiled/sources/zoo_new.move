/// What bytecode versions 6 and 7 added: small and large integers, and (in zoo_enum.move) enums.
module zoo::numbers {
    const BIG: u256 = 0x123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0;

    public fun widen(a: u8): u256 { ((a as u16) as u256) * BIG }
    public fun narrow(a: u256): u16 { (a % 65521) as u16 }
    public fun mix(a: u32): u32 { (a >> 7) | 0xdeadbeef & a }
}
