/// The first resources of a chain. Called by the node, once, when the framework has been published.
module aptos_framework::genesis {
    use aptos_framework::account;
    use aptos_framework::aggregator_factory;
    use aptos_framework::aptos_account;
    use aptos_framework::aptos_coin::{Self, AptosCoin};
    use aptos_framework::chain_id;
    use aptos_framework::chain_status;
    use aptos_framework::coin;
    use aptos_framework::transaction_validation;

    /// `faucet` receives `amount` of the native coin (in 10^-9 ETH), to give to developers.
    fun initialize(aptos_framework: &signer, chain: u8, faucet: address, amount: u64) {
        let (_, _cap) = account::create_framework_reserved_account(@aptos_framework);
        account::initialize(aptos_framework);
        aggregator_factory::initialize_aggregator_factory(aptos_framework);
        coin::create_coin_conversion_map(aptos_framework);
        chain_id::initialize(aptos_framework, chain);
        transaction_validation::initialize(aptos_framework, aptos_coin::initialize(aptos_framework));
        coin::create_pairing<AptosCoin>(aptos_framework);
        aptos_account::create_account(faucet);
        coin::deposit(faucet, aptos_coin::mint_internal(amount));
        chain_status::set_genesis_end(aptos_framework);
    }

    #[test_only]
    use aptos_framework::create_signer;

    #[test_only]
    /// The world as block 0 leaves it.
    public fun setup() {
        initialize(&create_signer::create_signer(@aptos_framework), 4, @0xfa0ce7, 0);
    }
}
