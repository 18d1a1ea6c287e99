/// Tokens that are at home in Move: a coin, an asset, and an asset with functions of its own.
module issuer::issuer {
    use std::option;
    use std::signer;
    use std::string;
    use framework::coin;
    use framework::dispatchable_fungible_asset;
    use framework::function_info;
    use framework::fungible_asset::{Self, FungibleAsset, Metadata, MintRef, TransferRef};
    use framework::object::{Self, Object};
    use framework::primary_fungible_store;

    struct Money {}

    struct Caps has key {
        burn: coin::BurnCapability<Money>,
        freeze_: coin::FreezeCapability<Money>,
        mint: coin::MintCapability<Money>,
    }

    struct Asset has key {
        metadata: Object<Metadata>,
        mint: MintRef,
        transfer: TransferRef,
        own: Object<Metadata>,
    }

    fun init_module(account: &signer) {
        let (burn, freeze_, mint) =
            coin::initialize<Money>(account, string::utf8(b"Move Money"), string::utf8(b"MM"), 4, true);
        coin::deposit(signer::address_of(account), coin::mint<Money>(1000000, &mint));
        move_to(account, Caps { burn, freeze_, mint });
        let made = object::create_named_object(account, b"asset");
        let (metadata, minting, transfer) = new_asset(&made);
        primary_fungible_store::mint(&minting, signer::address_of(account), 1000000);
        let own = object::create_named_object(account, b"own");
        let (of_its_own, _, _) = new_asset(&own);
        let deposit = function_info::new_function_info(
            account, string::utf8(b"issuer"), string::utf8(b"deposit")
        );
        dispatchable_fungible_asset::register_dispatch_functions(
            &own, option::none(), option::some(deposit), option::none()
        );
        move_to(account, Asset { metadata, mint: minting, transfer, own: of_its_own });
    }

    fun new_asset(made: &object::ConstructorRef): (Object<Metadata>, MintRef, TransferRef) {
        primary_fungible_store::create_primary_store_enabled_fungible_asset(
            made, option::none(), string::utf8(b"Asset"), string::utf8(b"AST"), 8, string::utf8(b""), string::utf8(b"")
        );
        (
            object::object_from_constructor_ref<Metadata>(made),
            fungible_asset::generate_mint_ref(made),
            fungible_asset::generate_transfer_ref(made)
        )
    }

    public fun deposit<T: key>(store: Object<T>, fa: FungibleAsset, transfer: &TransferRef) {
        fungible_asset::deposit_with_ref(transfer, store, fa)
    }

    /// Takes what somebody holds.
    public entry fun seize(account: &signer, from: address, amount: u64) acquires Asset {
        let asset = borrow_global<Asset>(signer::address_of(account));
        primary_fungible_store::transfer_with_ref(&asset.transfer, from, signer::address_of(account), amount);
    }

    #[view]
    public fun asset(): Object<Metadata> acquires Asset {
        borrow_global<Asset>(@issuer).metadata
    }

    #[view]
    public fun own(): Object<Metadata> acquires Asset {
        borrow_global<Asset>(@issuer).own
    }
}
