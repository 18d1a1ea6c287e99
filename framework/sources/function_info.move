/// A function by name, to be called later: what a fungible asset dispatches to.
module aptos_framework::function_info {
    use std::signer;
    use std::string::{Self, String};

    friend aptos_framework::fungible_asset;
    friend aptos_framework::dispatchable_fungible_asset;

    /// Not a name that a module or function can have.
    const EINVALID_IDENTIFIER: u64 = 1;
    /// There is no such public function.
    const EINVALID_FUNCTION: u64 = 2;

    struct FunctionInfo has copy, drop, store {
        module_address: address,
        module_name: String,
        function_name: String,
    }

    public fun new_function_info(
        module_signer: &signer, module_name: String, function_name: String
    ): FunctionInfo {
        new_function_info_from_address(signer::address_of(module_signer), module_name, function_name)
    }

    public fun new_function_info_from_address(
        module_address: address, module_name: String, function_name: String
    ): FunctionInfo {
        assert!(is_identifier(string::bytes(&module_name)), EINVALID_IDENTIFIER);
        assert!(is_identifier(string::bytes(&function_name)), EINVALID_IDENTIFIER);
        FunctionInfo { module_address, module_name, function_name }
    }

    /// Whether `dispatch_target` can stand for `framework_function`: it is public, has the same type parameters and
    /// results, and the same parameters but for the last.
    public(friend) fun check_dispatch_type_compatibility(
        framework_function: &FunctionInfo, dispatch_target: &FunctionInfo
    ): bool {
        load_function_impl(dispatch_target);
        check_dispatch_type_compatibility_impl(framework_function, dispatch_target)
    }

    native fun check_dispatch_type_compatibility_impl(lhs: &FunctionInfo, r: &FunctionInfo): bool;
    native fun is_identifier(s: &vector<u8>): bool;
    /// Loads the function's module; aborts EINVALID_FUNCTION if there is no such public function.
    native fun load_function_impl(f: &FunctionInfo);
}
