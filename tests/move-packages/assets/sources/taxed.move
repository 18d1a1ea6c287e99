/// A fungible asset with functions of its own: a tenth of each deposit goes to the issuer, balances are told in
/// hundredths.
module assets::taxed {
    use std::option;
    use std::string;
    use aptos_framework::dispatchable_fungible_asset;
    use aptos_framework::function_info;
    use aptos_framework::fungible_asset::{Self, FungibleAsset, Metadata, MintRef, RawBalanceRef, TransferRef};
    use aptos_framework::object::{Self, Object};
    use aptos_framework::primary_fungible_store;

    struct Refs has key {
        mint: MintRef,
        raw: RawBalanceRef,
        withdrawals: u64,
    }

    fun init_module(issuer: &signer) {
        let ref = &object::create_named_object(issuer, b"TAXED");
        primary_fungible_store::create_primary_store_enabled_fungible_asset(
            ref, option::none(), string::utf8(b"Taxed"), string::utf8(b"TAX"), 0, string::utf8(b""), string::utf8(b"")
        );
        let module_name = string::utf8(b"taxed");
        dispatchable_fungible_asset::register_dispatch_functions(
            ref,
            option::some(function_info::new_function_info(issuer, module_name, string::utf8(b"withdraw"))),
            option::some(function_info::new_function_info(issuer, module_name, string::utf8(b"deposit"))),
            option::some(function_info::new_function_info(issuer, module_name, string::utf8(b"derived_balance")))
        );
        dispatchable_fungible_asset::register_derive_supply_dispatch_function(
            ref, option::some(function_info::new_function_info(issuer, module_name, string::utf8(b"derived_supply")))
        );
        primary_fungible_store::create_primary_store(@assets, object::object_from_constructor_ref<Metadata>(ref));
        move_to(&object::generate_signer(ref), Refs {
            mint: fungible_asset::generate_mint_ref(ref),
            raw: fungible_asset::generate_raw_balance_ref(ref),
            withdrawals: 0,
        });
    }

    fun at(): address {
        object::create_object_address(&@assets, b"TAXED")
    }

    #[view]
    public fun metadata(): Object<Metadata> {
        object::address_to_object<Metadata>(at())
    }

    #[view]
    public fun withdrawals(): u64 acquires Refs {
        borrow_global<Refs>(at()).withdrawals
    }

    public fun withdraw<T: key>(
        store: Object<T>, amount: u64, transfer_ref: &TransferRef
    ): FungibleAsset acquires Refs {
        let refs = borrow_global_mut<Refs>(at());
        refs.withdrawals = refs.withdrawals + 1;
        fungible_asset::withdraw_with_ref(transfer_ref, store, amount)
    }

    public fun deposit<T: key>(store: Object<T>, fa: FungibleAsset, transfer_ref: &TransferRef) {
        let tenth = fungible_asset::amount(&fa) / 10;
        let tax = fungible_asset::extract(&mut fa, tenth);
        // Not by a function of primary_fungible_store, which may be where the call came from: no module is entered twice.
        let issuer = primary_fungible_store::primary_store_inlined(@assets, metadata());
        fungible_asset::deposit_with_ref(transfer_ref, issuer, tax);
        fungible_asset::deposit_with_ref(transfer_ref, store, fa)
    }

    public fun derived_balance<T: key>(store: Object<T>): u64 acquires Refs {
        fungible_asset::balance_with_ref(&borrow_global<Refs>(at()).raw, store) * 100
    }

    public fun derived_supply<T: key>(_metadata: Object<T>): option::Option<u128> {
        option::some(42)
    }

    entry fun mint(to: address, amount: u64) acquires Refs {
        primary_fungible_store::mint(&borrow_global<Refs>(at()).mint, to, amount)
    }

    /// From here the hook would enter this module again.
    entry fun transfer_from_inside(sender: &signer, to: address, amount: u64) {
        primary_fungible_store::transfer(sender, metadata(), to, amount)
    }

    /// The plain functions refuse an asset with functions of its own.
    entry fun withdraw_plainly(sender: &signer) {
        let store = primary_fungible_store::primary_store(std::signer::address_of(sender), metadata());
        let fa = fungible_asset::withdraw(sender, store, 1);
        fungible_asset::deposit(store, fa)
    }

    /// `withdraw` has another signature than a function for deposits.
    entry fun register_wrongly(issuer: &signer) {
        let ref = &object::create_named_object(issuer, b"WRONG");
        primary_fungible_store::create_primary_store_enabled_fungible_asset(
            ref, option::none(), string::utf8(b"W"), string::utf8(b"W"), 0, string::utf8(b""), string::utf8(b"")
        );
        let info = function_info::new_function_info(issuer, string::utf8(b"taxed"), string::utf8(b"withdraw"));
        dispatchable_fungible_asset::register_dispatch_functions(
            ref, option::none(), option::some(info), option::none()
        )
    }
}
