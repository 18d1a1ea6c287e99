/// What a transaction paid, as explorers and wallets read it. The node burns fees; nobody collects them.
module aptos_framework::transaction_fee {
    use std::error;
    use aptos_framework::event;

    friend aptos_framework::transaction_validation;

    /// Fees are burned: there is nothing to set.
    const ENO_LONGER_SUPPORTED: u64 = 4;
    /// The fee is burned from an asset's store already.
    const EFA_GAS_CHARGING_NOT_ENABLED: u64 = 5;

    #[event]
    /// The parts are for information: each is rounded up for itself. Space costs gas like everything else here, so the
    /// two figures in octas are zero.
    struct FeeStatement has drop, store {
        /// What the fee was reckoned from.
        total_charge_gas_units: u64,
        /// Running code.
        execution_gas_units: u64,
        /// Reading and writing the state.
        io_gas_units: u64,
        storage_fee_octas: u64,
        storage_fee_refund_octas: u64,
    }

    public(friend) fun emit_fee_statement(total: u64, execution: u64, io: u64) {
        event::emit(FeeStatement {
            total_charge_gas_units: total,
            execution_gas_units: execution,
            io_gas_units: io,
            storage_fee_octas: 0,
            storage_fee_refund_octas: 0,
        });
    }

    public fun initialize_fee_collection_and_distribution(_aptos_framework: &signer, _burn_percentage: u8) {
        abort error::not_implemented(ENO_LONGER_SUPPORTED)
    }

    public fun upgrade_burn_percentage(_aptos_framework: &signer, _new_burn_percentage: u8) {
        abort error::not_implemented(ENO_LONGER_SUPPORTED)
    }

    public fun initialize_storage_refund(_: &signer) {
        abort error::not_implemented(ENO_LONGER_SUPPORTED)
    }

    public entry fun convert_to_aptos_fa_burn_ref(_aptos_framework: &signer) {
        abort EFA_GAS_CHARGING_NOT_ENABLED
    }

    #[test_only]
    public fun statement(total: u64, execution: u64, io: u64): FeeStatement {
        FeeStatement {
            total_charge_gas_units: total,
            execution_gas_units: execution,
            io_gas_units: io,
            storage_fee_octas: 0,
            storage_fee_refund_octas: 0,
        }
    }
}
