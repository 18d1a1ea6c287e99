/// What a function can learn of the transaction that runs it.
module aptos_framework::transaction_context {
    /// An address that nothing else has or will have.
    struct AUID has drop, store {
        unique_address: address
    }

    native fun get_txn_hash(): vector<u8>;

    /// sha3-256 of the script that runs; empty if none does.
    native public fun get_script_hash(): vector<u8>;

    native fun generate_unique_address(): address;

    native fun sender_internal(): address;

    native fun secondary_signers_internal(): vector<address>;

    native fun gas_payer_internal(): address;

    native fun max_gas_amount_internal(): u64;

    native fun gas_unit_price_internal(): u64;

    native fun chain_id_internal(): u8;

    native fun monotonically_increasing_counter_internal(): u128;

    public fun get_transaction_hash(): vector<u8> {
        get_txn_hash()
    }

    /// A new unique address.
    public fun generate_auid_address(): address {
        generate_unique_address()
    }

    public fun generate_auid(): AUID {
        AUID { unique_address: generate_unique_address() }
    }

    public fun auid_address(auid: &AUID): address {
        auid.unique_address
    }

    /// Who sent the user's transaction. This and the functions below abort in a leg that is no
    /// user's: in the call of another machine, say.
    public fun sender(): address {
        sender_internal()
    }

    public fun secondary_signers(): vector<address> {
        secondary_signers_internal()
    }

    public fun gas_payer(): address {
        gas_payer_internal()
    }

    public fun max_gas_amount(): u64 {
        max_gas_amount_internal()
    }

    public fun gas_unit_price(): u64 {
        gas_unit_price_internal()
    }

    public fun chain_id(): u8 {
        chain_id_internal()
    }

    /// A number greater than all that it has returned before: time, place of the transaction in its
    /// block, place of the call in the transaction.
    public fun monotonically_increasing_counter(): u128 {
        monotonically_increasing_counter_internal()
    }
}
