/// Printing while developing. On a chain there is nobody to read it: these calls do nothing.
module aptos_std::debug {
    public fun print<T>(_x: &T) {}

    public fun print_stack_trace() {}
}
