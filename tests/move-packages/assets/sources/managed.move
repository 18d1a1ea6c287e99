/// A fungible asset whose issuer keeps all references.
module assets::managed {
    use std::option;
    use std::signer;
    use std::string;
    use aptos_framework::fungible_asset::{Self, BurnRef, Metadata, MintRef, MutateMetadataRef, TransferRef};
    use aptos_framework::object::{Self, Object};
    use aptos_framework::primary_fungible_store;

    struct Refs has key {
        mint: MintRef,
        burn: BurnRef,
        transfer: TransferRef,
        mutate: MutateMetadataRef,
    }

    fun init_module(issuer: &signer) {
        let ref = &object::create_named_object(issuer, b"MANAGED");
        primary_fungible_store::create_primary_store_enabled_fungible_asset(
            ref, option::some(1000000), string::utf8(b"Managed"), string::utf8(b"MAN"), 6,
            string::utf8(b"https://icon"), string::utf8(b"https://project")
        );
        move_to(&object::generate_signer(ref), Refs {
            mint: fungible_asset::generate_mint_ref(ref),
            burn: fungible_asset::generate_burn_ref(ref),
            transfer: fungible_asset::generate_transfer_ref(ref),
            mutate: fungible_asset::generate_mutate_metadata_ref(ref),
        });
    }

    fun at(): address {
        object::create_object_address(&@assets, b"MANAGED")
    }

    #[view]
    public fun metadata(): Object<Metadata> {
        object::address_to_object<Metadata>(at())
    }

    entry fun mint(to: address, amount: u64) acquires Refs {
        primary_fungible_store::mint(&borrow_global<Refs>(at()).mint, to, amount)
    }

    entry fun burn(from: address, amount: u64) acquires Refs {
        primary_fungible_store::burn(&borrow_global<Refs>(at()).burn, from, amount)
    }

    entry fun set_frozen(account: address, frozen: bool) acquires Refs {
        primary_fungible_store::set_frozen_flag(&borrow_global<Refs>(at()).transfer, account, frozen)
    }

    entry fun force_transfer(from: address, to: address, amount: u64) acquires Refs {
        primary_fungible_store::transfer_with_ref(&borrow_global<Refs>(at()).transfer, from, to, amount)
    }

    entry fun rename(name: string::String) acquires Refs {
        fungible_asset::mutate_metadata(
            &borrow_global<Refs>(at()).mutate, option::some(name), option::none(), option::none(), option::none(),
            option::none()
        )
    }

    /// A store that is no primary one: filled, emptied and removed.
    entry fun check_store(owner: &signer) {
        let addr = signer::address_of(owner);
        let ref = &object::create_object(addr);
        let store = fungible_asset::create_store(ref, metadata());
        let fa = primary_fungible_store::withdraw(owner, metadata(), 30);
        let part = fungible_asset::extract(&mut fa, 10);
        assert!(fungible_asset::amount(&fa) == 20 && fungible_asset::amount(&part) == 10);
        fungible_asset::merge(&mut fa, part);
        fungible_asset::deposit(store, fa);
        fungible_asset::upgrade_store_to_concurrent(owner, store);
        assert!(fungible_asset::balance(store) == 30 && fungible_asset::is_balance_at_least(store, 30));
        assert!(!fungible_asset::is_balance_at_least(store, 31));
        let own = primary_fungible_store::primary_store(addr, metadata());
        fungible_asset::transfer(owner, store, own, 30);
        fungible_asset::destroy_zero(fungible_asset::zero(metadata()));
        fungible_asset::remove_store(&object::generate_delete_ref(ref));
        assert!(!fungible_asset::store_exists(object::address_from_constructor_ref(ref)));
    }
}
