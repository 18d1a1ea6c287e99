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
        move_to(account, Taken { asset: metadata, amount: 0, machine: 9, sender: @0x0, data: vector[] });
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

    struct Taken has key {
        asset: Object<Metadata>,
        amount: u64,
        machine: u8,
        sender: address,
        data: vector<u8>,
    }

    /// A function that takes tokens with data: keeps them, and what it was told.
    public fun take(tokens: FungibleAsset, machine: u8, sender: address, data: vector<u8>) acquires Taken {
        assert!(data != b"refuse", 42);
        let t = borrow_global_mut<Taken>(@issuer);
        t.asset = fungible_asset::asset_metadata(&tokens);
        t.amount = fungible_asset::amount(&tokens);
        t.machine = machine;
        t.sender = sender;
        t.data = data;
        primary_fungible_store::deposit(@issuer, tokens);
    }

    /// None that the gateway can call: it returns something.
    public fun odd(tokens: FungibleAsset, _machine: u8, _sender: address, _data: vector<u8>): u64 {
        primary_fungible_store::deposit(@issuer, tokens);
        1
    }

    #[view]
    public fun taken(): (Object<Metadata>, u64, u8, address, vector<u8>) acquires Taken {
        let t = borrow_global<Taken>(@issuer);
        (t.asset, t.amount, t.machine, t.sender, t.data)
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
