/// A fungible asset whose function for withdrawing calls back into the dispatcher.
module assets::reentrant {
    use std::option;
    use std::string;
    use aptos_framework::dispatchable_fungible_asset;
    use aptos_framework::function_info;
    use aptos_framework::fungible_asset::{Self, FungibleAsset, Metadata, TransferRef};
    use aptos_framework::object::{Self, Object};
    use aptos_framework::primary_fungible_store;

    fun init_module(issuer: &signer) {
        let ref = &object::create_named_object(issuer, b"REENTRANT");
        primary_fungible_store::create_primary_store_enabled_fungible_asset(
            ref, option::none(), string::utf8(b"R"), string::utf8(b"R"), 0, string::utf8(b""), string::utf8(b"")
        );
        let info = function_info::new_function_info(issuer, string::utf8(b"reentrant"), string::utf8(b"withdraw"));
        dispatchable_fungible_asset::register_dispatch_functions(
            ref, option::some(info), option::none(), option::none()
        );
        primary_fungible_store::mint(&fungible_asset::generate_mint_ref(ref), @assets, 100)
    }

    #[view]
    public fun metadata(): Object<Metadata> {
        object::address_to_object<Metadata>(object::create_object_address(&@assets, b"REENTRANT"))
    }

    public fun withdraw<T: key>(store: Object<T>, amount: u64, transfer_ref: &TransferRef): FungibleAsset {
        dispatchable_fungible_asset::deposit(
            store, fungible_asset::withdraw_with_ref(transfer_ref, store, 0)
        );
        fungible_asset::withdraw_with_ref(transfer_ref, store, amount)
    }
}
