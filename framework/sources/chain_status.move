/// Whether the chain's first block is complete.
module aptos_framework::chain_status {
    use std::error;
    use aptos_framework::system_addresses;

    friend aptos_framework::genesis;

    /// There once genesis has ended.
    struct GenesisEndMarker has key {}

    /// The chain is not operating yet.
    const ENOT_OPERATING: u64 = 1;
    /// Genesis has ended.
    const ENOT_GENESIS: u64 = 2;

    public(friend) fun set_genesis_end(aptos_framework: &signer) {
        system_addresses::assert_aptos_framework(aptos_framework);
        move_to(aptos_framework, GenesisEndMarker {});
    }

    #[view]
    public fun is_genesis(): bool {
        !exists<GenesisEndMarker>(@aptos_framework)
    }

    #[view]
    public fun is_operating(): bool {
        exists<GenesisEndMarker>(@aptos_framework)
    }

    public fun assert_operating() {
        assert!(is_operating(), error::invalid_state(ENOT_OPERATING));
    }

    public fun assert_genesis() {
        assert!(is_genesis(), error::invalid_state(ENOT_OPERATING));
    }
}
