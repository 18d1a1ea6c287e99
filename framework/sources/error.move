/// Abort codes with a category: `category << 16 | reason`, the reason being the module's own.
module std::error {
    /// The caller gave an argument that can never be right.
    const INVALID_ARGUMENT: u64 = 0x1;
    /// An argument is outside what is valid now.
    const OUT_OF_RANGE: u64 = 0x2;
    /// The state does not allow the operation.
    const INVALID_STATE: u64 = 0x3;
    /// The caller did not prove who it is.
    const UNAUTHENTICATED: u64 = 0x4;
    /// The caller is known and may not do this.
    const PERMISSION_DENIED: u64 = 0x5;
    /// Something that was named is not there.
    const NOT_FOUND: u64 = 0x6;
    /// The operation gave up, because of another one.
    const ABORTED: u64 = 0x7;
    /// Something that was to be made is there already.
    const ALREADY_EXISTS: u64 = 0x8;
    /// A limit is reached.
    const RESOURCE_EXHAUSTED: u64 = 0x9;
    /// The caller cancelled the operation.
    const CANCELLED: u64 = 0xA;
    /// Something that cannot be has happened.
    const INTERNAL: u64 = 0xB;
    /// There is no such operation here.
    const NOT_IMPLEMENTED: u64 = 0xC;
    /// Not possible at the moment; may be tried again.
    const UNAVAILABLE: u64 = 0xD;

    /// The abort code of `reason` in `category`.
    public fun canonical(category: u64, reason: u64): u64 {
        (category << 16) + reason
    }

    public fun invalid_argument(r: u64): u64 { canonical(INVALID_ARGUMENT, r) }

    public fun out_of_range(r: u64): u64 { canonical(OUT_OF_RANGE, r) }

    public fun invalid_state(r: u64): u64 { canonical(INVALID_STATE, r) }

    public fun unauthenticated(r: u64): u64 { canonical(UNAUTHENTICATED, r) }

    public fun permission_denied(r: u64): u64 { canonical(PERMISSION_DENIED, r) }

    public fun not_found(r: u64): u64 { canonical(NOT_FOUND, r) }

    public fun aborted(r: u64): u64 { canonical(ABORTED, r) }

    public fun already_exists(r: u64): u64 { canonical(ALREADY_EXISTS, r) }

    public fun resource_exhausted(r: u64): u64 { canonical(RESOURCE_EXHAUSTED, r) }

    public fun cancelled(r: u64): u64 { canonical(CANCELLED, r) }

    public fun internal(r: u64): u64 { canonical(INTERNAL, r) }

    public fun not_implemented(r: u64): u64 { canonical(NOT_IMPLEMENTED, r) }

    public fun unavailable(r: u64): u64 { canonical(UNAVAILABLE, r) }
}
