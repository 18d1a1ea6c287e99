/// Exchanging values behind references, also of values that can be neither copied nor dropped.
module std::mem {
    native public fun swap<T>(left: &mut T, right: &mut T);

    /// Puts `new` behind the reference and returns what was there.
    public fun replace<T>(ref: &mut T, new: T): T {
        swap(ref, &mut new);
        new
    }
}
