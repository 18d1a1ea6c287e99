/// Printing while developing: `tern move test` shows it. On a chain there is nobody to read it.
module aptos_std::debug {
    use std::string::String;
    use aptos_std::string_utils;

    /// Prints "[debug] " and the value as string_utils::debug_string has it.
    public fun print<T>(x: &T) {
        native_print(string_utils::debug_string(x));
    }

    /// Prints the functions that are being run.
    public fun print_stack_trace() {
        native_print(native_stack_trace());
    }

    native fun native_print(x: String);

    native fun native_stack_trace(): String;
}
