/// The structures of the curve BLS12-381 for `crypto_algebra`, and the formats of their elements: those of
/// Zcash for points, of arkworks (ark-bls12-381) for the rest.
///
/// q has 381 bits. Fq2 = Fq[u]/(u^2 + 1), Fq6 = Fq2[v]/(v^3 - u - 1), Fq12 = Fq6[w]/(w^2 - v).
module std::bls12381_algebra {
    /// The field Fq12.
    struct Fq12 {}

    /// 576 bytes: the twelve coefficients, constant one first (of w, then of v, then of u innermost), each 48
    /// bytes, the least significant first.
    struct FormatFq12LscLsb {}

    /// The points of order r of y^2 = x^3 + 4 over Fq.
    struct G1 {}

    /// 96 bytes: x and y, each the most significant byte first; in the first byte 0x40 marks infinity.
    struct FormatG1Uncompr {}

    /// 48 bytes: x; in the first byte 0x80 is set always, 0x40 marks infinity, 0x20 the larger y.
    struct FormatG1Compr {}

    /// The points of order r of y^2 = x^3 + 4(u + 1) over Fq2.
    struct G2 {}

    /// 192 bytes: as G1's, a coordinate being its part with u, then that without.
    struct FormatG2Uncompr {}

    /// 96 bytes.
    struct FormatG2Compr {}

    /// The elements of Fq12 whose power r is 1, written additively: zero is 1.
    struct Gt {}

    /// That of Fq12.
    struct FormatGt {}

    /// The field of r elements, of the groups' scalars.
    struct Fr {}

    /// 32 bytes, the least significant first.
    struct FormatFrLsb {}

    /// 32 bytes, the most significant first.
    struct FormatFrMsb {}

    /// The suite BLS12381G1_XMD:SHA-256_SSWU_RO_ of RFC 9380.
    struct HashG1XmdSha256SswuRo {}

    /// BLS12381G2_XMD:SHA-256_SSWU_RO_.
    struct HashG2XmdSha256SswuRo {}
}
