/// The structures of the curve BN254 (alt_bn128) for `crypto_algebra`, and the formats of their elements:
/// those of arkworks (ark-bn254). Today's attacks leave the curve about 100 bits of security.
///
/// q has 254 bits. Fq2 = Fq[u]/(u^2 + 1), Fq6 = Fq2[v]/(v^3 - u - 9), Fq12 = Fq6[w]/(w^2 - v).
module std::bn254_algebra {
    /// The field of r elements, of the groups' scalars.
    struct Fr {}

    /// 32 bytes, the least significant first.
    struct FormatFrLsb {}

    /// 32 bytes, the most significant first.
    struct FormatFrMsb {}

    /// The field of coordinates.
    struct Fq {}

    /// 32 bytes, the least significant first.
    struct FormatFqLsb {}

    /// 32 bytes, the most significant first.
    struct FormatFqMsb {}

    /// The field Fq12.
    struct Fq12 {}

    /// 384 bytes: the twelve coefficients, constant one first (of w, then of v, then of u innermost), each 32
    /// bytes, the least significant first.
    struct FormatFq12LscLsb {}

    /// The points of y^2 = x^3 + 3 over Fq.
    struct G1 {}

    /// 64 bytes: x and y, each the least significant byte first; in the last byte 0x40 marks infinity, 0x80
    /// that y is the larger of the two.
    struct FormatG1Uncompr {}

    /// 32 bytes: x, with the same marks.
    struct FormatG1Compr {}

    /// The points of order r of y^2 = x^3 + 3/(u + 9) over Fq2.
    struct G2 {}

    /// 128 bytes: as G1's, a coordinate being its part without u, then that with.
    struct FormatG2Uncompr {}

    /// 64 bytes.
    struct FormatG2Compr {}

    /// The elements of Fq12 whose power r is 1, written additively: zero is 1.
    struct Gt {}

    /// That of Fq12.
    struct FormatGt {}
}
