/// Which addresses are the framework's.
module aptos_framework::system_addresses {
    use std::error;
    use std::signer;

    /// The signer is not the framework.
    const ENOT_APTOS_FRAMEWORK_ADDRESS: u64 = 3;

    public fun assert_aptos_framework(account: &signer) {
        assert!(is_aptos_framework_address(signer::address_of(account)), error::permission_denied(ENOT_APTOS_FRAMEWORK_ADDRESS))
    }

    public fun is_aptos_framework_address(addr: address): bool {
        addr == @aptos_framework
    }

    /// 0x1 to 0xa.
    public fun is_framework_reserved_address(addr: address): bool {
        addr == @0x1 || addr == @0x2 || addr == @0x3 || addr == @0x4 || addr == @0x5 || addr == @0x6
            || addr == @0x7 || addr == @0x8 || addr == @0x9 || addr == @0xa
    }
}
