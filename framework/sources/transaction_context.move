/// What a function can learn of the transaction that runs it.
module aptos_framework::transaction_context {
    use std::option::Option;
    use std::string::String;

    /// The leg that runs is no user's transaction.
    const ETRANSACTION_CONTEXT_NOT_AVAILABLE: u64 = 1;
    /// The function is not available.
    const ETRANSACTION_CONTEXT_EXTENSION_NOT_ENABLED: u64 = 2;
    /// The counter has been asked for too often.
    const EMONOTONICALLY_INCREASING_COUNTER_OVERFLOW: u64 = 4;
    /// The transaction has no place in a block yet.
    const ETRANSACTION_INDEX_NOT_AVAILABLE: u64 = 5;

    /// An address that nothing else has or will have.
    struct AUID has drop, store {
        unique_address: address
    }

    /// The entry function that the transaction calls.
    struct EntryFunctionPayload has copy, drop {
        account_address: address,
        module_name: String,
        function_name: String,
        ty_args_names: vector<String>,
        args: vector<vector<u8>>,
    }

    /// What a multisig account's transaction calls.
    struct MultisigPayload has copy, drop {
        multisig_address: address,
        entry_function_payload: Option<EntryFunctionPayload>,
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

    native fun entry_function_payload_internal(): Option<EntryFunctionPayload>;

    native fun multisig_payload_internal(): Option<MultisigPayload>;

    native fun monotonically_increasing_counter_internal(): u128;

    native fun is_orderless_txn_internal(): bool;

    native fun is_multisig_payload_txn_internal(): bool;

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

    /// None if the transaction runs a script, or what a multisig account has decided.
    public fun entry_function_payload(): Option<EntryFunctionPayload> {
        entry_function_payload_internal()
    }

    public fun account_address(payload: &EntryFunctionPayload): address {
        payload.account_address
    }

    public fun module_name(payload: &EntryFunctionPayload): String {
        payload.module_name
    }

    public fun function_name(payload: &EntryFunctionPayload): String {
        payload.function_name
    }

    public fun type_arg_names(payload: &EntryFunctionPayload): vector<String> {
        payload.ty_args_names
    }

    /// The BCS of each argument.
    public fun args(payload: &EntryFunctionPayload): vector<vector<u8>> {
        payload.args
    }

    /// None if the transaction has no multisig payload.
    public fun multisig_payload(): Option<MultisigPayload> {
        multisig_payload_internal()
    }

    public fun multisig_address(payload: &MultisigPayload): address {
        payload.multisig_address
    }

    public fun inner_entry_function_payload(payload: &MultisigPayload): Option<EntryFunctionPayload> {
        payload.entry_function_payload
    }

    /// False: Tern has no encrypted transactions.
    public fun is_encrypted_txn(): bool {
        false
    }

    /// Has the transaction a nonce in place of a sequence number? Then the sender's sequence number says nothing of
    /// it, and a proof that was signed with that number could be shown again. False in unit tests.
    public fun is_orderless_txn(): bool {
        is_orderless_txn_internal()
    }

    /// Does the transaction run what a multisig account has decided? False in unit tests.
    public fun is_multisig_payload_txn(): bool {
        is_multisig_payload_txn_internal()
    }
}
