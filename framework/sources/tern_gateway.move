/// The token gateway in Move. A token has one home: there the gateway holds what is elsewhere, and elsewhere it mints
/// stand-ins of it, which only it can make and burn.
///
/// A token from another machine has here the coin type `0x<id>::token::Token`, in a module that the gateway publishes at
/// the address that is the token's id, and the fungible asset that is paired with it. A token of Move is a fungible asset,
/// or a coin by the asset that it is paired with.
module aptos_framework::tern_gateway {
    use std::bcs;
    use std::error;
    use std::option;
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_std::aptos_hash;
    use aptos_std::from_bcs;
    use aptos_std::type_info;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::code;
    use aptos_framework::coin;
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event;
    use aptos_framework::evm;
    use aptos_framework::function_info::{Self, FunctionInfo};
    use aptos_framework::fungible_asset::{Self, FungibleAsset, Metadata};
    use aptos_framework::object::{Self, Object};
    use aptos_framework::primary_fungible_store;
    use aptos_framework::svm;

    /// As whom the gateway acts in other machines. It holds what is elsewhere. Nobody has a key to it.
    const GATEWAY: address = @0x7e;
    /// The gateways of the other machines, at home.
    const EVM_GATEWAY: address = @0x7e00000000000000000000000000000000000006;
    const SVM_GATEWAY: address = @0xd283d2c473bcc9f498a27f2b2b4b96ddaea7e7723e93a2b18816ea36e20fad5f;
    /// The gateway program: TernGateway11111111111111111111111111111111. The tag of its instruction.
    const SVM_PROGRAM: address = @0x06d3e8542fb8535fd4b9fccb3607d39ede4e1a1c7c8ee04495f69f2200000000;
    const SVM_ARRIVE: u8 = 3;
    const ARRIVE_IN_EVM: vector<u8> = b"arrive(bytes32,address,uint64,bytes32,bytes)";
    const EVM_QUEUE: address = @0x7e00000000000000000000000000000000000004;

    const EVM: u8 = 0;
    const MOVE: u8 = 1;
    const SVM: u8 = 2;

    // Requests to the books (src/cross/tokens.h).
    const TOKEN: u64 = 1;
    const REGISTER: u64 = 2;
    const DEPART: u64 = 3;
    const ARRIVE: u64 = 4;
    const RECLAIM: u64 = 5;
    const TRANSFER: u64 = 6;

    /// The books refuse; the message says why.
    const EBOOKS: u64 = 1;
    /// There is no token with this id.
    const EUNKNOWN_TOKEN: u64 = 2;
    /// The token is at home in Move: it needs no stand-in.
    const EAT_HOME: u64 = 3;
    /// The stand-in has not been made yet: tern_gateway::create.
    const ENOT_CREATED: u64 = 4;
    /// The asset is a stand-in: register the token where it is at home.
    const ESTAND_IN: u64 = 5;
    /// The native asset moves as value, not through the gateway.
    const ENATIVE_ASSET: u64 = 6;
    /// The asset has functions of its own that deposits and withdrawals call: it is not taken.
    const EDISPATCHABLE: u64 = 7;
    /// Only gateways of other machines may say that tokens have arrived.
    const ENOT_A_GATEWAY: u64 = 8;
    /// Tokens cannot be sent there.
    const EINVALID_RECIPIENT: u64 = 9;
    /// Only who sent the tokens may cancel their message.
    const ENOT_SENDER: u64 = 10;
    /// Data can be sent to contracts of the EVM, octas to the Solana VM.
    const ENOT_TAKEN_THERE: u64 = 11;

    // The bytecode of gateway_token/sources/token.move around the 32 bytes of its address, and the metadata of its
    // package: name, policy immutable, its one module. framework/build.sh checks the former.
    const MODULE_HEAD: vector<u8> = x"a11ceb0b0700000a0a01000402040403080d041502051707071e3c085a40109a01280ac201050cc7010b000001040001000000030001000101050001010001010201060c0001080005746f6b656e05546f6b656e0b64756d6d795f6669656c640b696e69745f6d6f64756c650c7465726e5f676174657761790a696e697469616c697a65";
    const MODULE_TAIL: vector<u8> = x"000000000000000000000000000000000000000000000000000000000000000114636f6d70696c6174696f6e5f6d6574616461746112010c322e312d756e737461626c6503322e3100020102010000000001030b0038000200";
    const PACKAGE: vector<u8> = x"0b5465726e4761746577617902000000000000000000000105746f6b656e0000000000";

    /// At a token's id: its asset here.
    struct StandIn has key {
        metadata: Object<Metadata>,
    }

    /// What the gateway knows of a token.
    struct Info has copy, drop, store {
        id: address,
        /// Where it is at home: 0 EVM, 1 Move, 2 Solana.
        home: u8,
        /// Its address there.
        home_address: address,
        name: String,
        symbol: String,
        /// Of its stand-ins.
        decimals: u8,
    }

    #[event]
    struct Registered has drop, store {
        id: address,
        asset: Object<Metadata>,
    }

    #[event]
    struct Created has drop, store {
        id: address,
        asset: Object<Metadata>,
    }

    #[event]
    /// Tokens leave Move. `message` is empty if they arrive in the same call.
    struct Sent has drop, store {
        id: address,
        sender: address,
        machine: u8,
        recipient: address,
        amount: u64,
        message: vector<u8>,
    }

    #[event]
    struct Arrived has drop, store {
        id: address,
        recipient: address,
        /// The sender's machine, and his address there.
        machine: u8,
        sender: address,
        amount: u64,
    }

    #[event]
    struct Reclaimed has drop, store {
        message: vector<u8>,
        id: address,
        sender: address,
        amount: u64,
    }

    /// What the EVM's gateway is called with.
    struct ToEvm has drop {
        id: address,
        to: address,
        units: u64,
        sender: address,
        data: vector<u8>,
    }

    // ---- The books

    /// A request to the node's books of all machines, and the answer: 32-byte words, big-endian.
    native fun books(request: vector<u8>): vector<u8>;

    fun word(n: u64): vector<u8> {
        let w = bcs::to_bytes(&(n as u256));
        vector::reverse(&mut w);
        w
    }

    fun request(op: u64, id: address): vector<u8> {
        let r = word(op);
        vector::append(&mut r, bcs::to_bytes(&id));
        r
    }

    fun word_bytes(answer: &vector<u8>, i: u64): vector<u8> {
        vector::slice(answer, 32 * i, 32 * i + 32)
    }

    fun address_at(answer: &vector<u8>, i: u64): address {
        from_bcs::to_address(word_bytes(answer, i))
    }

    fun number_at(answer: &vector<u8>, i: u64): u64 {
        let w = word_bytes(answer, i);
        vector::reverse(&mut w);
        (from_bcs::to_u256(w) as u64)
    }

    fun text_at(answer: &vector<u8>, i: u64): String {
        string::utf8(vector::slice(&word_bytes(answer, i + 1), 0, number_at(answer, i)))
    }

    fun append_text(r: &mut vector<u8>, text: String) {
        let bytes = *string::bytes(&text);
        vector::append(r, word(vector::length(&bytes)));
        while (vector::length(&bytes) < 32) vector::push_back(&mut bytes, 0);
        vector::append(r, vector::slice(&bytes, 0, 32));
    }

    fun append_word(r: &mut vector<u8>, n: u64) {
        vector::append(r, word(n));
    }

    // ---- Tokens

    #[view]
    /// The id of an asset of Move, registered or not.
    public fun id_of(asset: Object<Metadata>): address acquires StandIn {
        let (is_stand_in, id) = stand_in_of(asset);
        if (is_stand_in) id else home_id(asset)
    }

    fun home_id(asset: Object<Metadata>): address {
        let preimage = b"TERN::token";
        vector::push_back(&mut preimage, MOVE);
        vector::append(&mut preimage, bcs::to_bytes(&object::object_address(&asset)));
        from_bcs::to_address(aptos_hash::keccak256(preimage))
    }

    /// Whether it is a stand-in, and of what.
    fun stand_in_of(asset: Object<Metadata>): (bool, address) acquires StandIn {
        let paired = coin::paired_coin(asset);
        if (option::is_none(&paired)) return (false, @0x0);
        let id = type_info::account_address(option::borrow(&paired));
        if (!exists<StandIn>(id)) return (false, @0x0);
        (borrow_global<StandIn>(id).metadata == asset, id)
    }

    #[view]
    /// All that is known of a token.
    public fun info(id: address): Info {
        let a = books(request(TOKEN, id));
        assert!(number_at(&a, 0) == 1, error::not_found(EUNKNOWN_TOKEN));
        Info {
            id,
            home: (number_at(&a, 1) as u8),
            home_address: address_at(&a, 2),
            decimals: (number_at(&a, 3) as u8),
            name: text_at(&a, 5),
            symbol: text_at(&a, 7),
        }
    }

    #[view]
    /// A token's asset here: its own, or that of its stand-in.
    public fun asset(id: address): Object<Metadata> acquires StandIn {
        let token = info(id);
        if (token.home == MOVE) return object::address_to_object<Metadata>(token.home_address);
        assert!(exists<StandIn>(id), error::not_found(ENOT_CREATED));
        borrow_global<StandIn>(id).metadata
    }

    #[view]
    public fun is_created(id: address): bool {
        exists<StandIn>(id)
    }

    /// Enters a fungible asset of Move, once and for all; anybody may.
    public entry fun register(asset: Object<Metadata>) acquires StandIn {
        let at = object::object_address(&asset);
        let (is_stand_in, _) = stand_in_of(asset);
        assert!(!is_stand_in, error::invalid_argument(ESTAND_IN));
        assert!(at != @aptos_fungible_asset, error::invalid_argument(ENATIVE_ASSET));
        assert!(!fungible_asset::is_asset_type_dispatchable(asset), error::invalid_argument(EDISPATCHABLE));
        let r = request(REGISTER, at);
        append_word(&mut r, (fungible_asset::decimals(asset) as u64));
        append_text(&mut r, fungible_asset::name(asset));
        append_text(&mut r, fungible_asset::symbol(asset));
        let id = address_at(&books(r), 0);
        event::emit(Registered { id, asset });
    }

    /// The same for a coin, by the asset that it is paired with.
    public entry fun register_coin<T>() acquires StandIn {
        register(coin::ensure_paired_metadata<T>());
    }

    /// Makes the coin type and the asset of a token that is at home elsewhere; anybody may. Nothing is done if they are
    /// there.
    public entry fun create(id: address) {
        if (exists<StandIn>(id)) return;
        let token = info(id);
        assert!(token.home != MOVE, error::invalid_argument(EAT_HOME));
        let module_code = MODULE_HEAD;
        vector::append(&mut module_code, bcs::to_bytes(&id));
        vector::append(&mut module_code, MODULE_TAIL);
        code::publish_package_txn(&create_signer(id), PACKAGE, vector[module_code]);
    }

    /// Called by the published module for itself: nobody else has this signer.
    public fun initialize<T>(account: &signer) {
        let token = info(signer::address_of(account));
        let (burn, freeze, mint) =
            coin::initialize<T>(account, token.name, token.symbol, token.decimals, true);
        coin::destroy_burn_cap(burn);
        coin::destroy_freeze_cap(freeze);
        coin::destroy_mint_cap(mint);
        let metadata = coin::ensure_paired_metadata<T>();
        move_to(account, StandIn { metadata });
        event::emit(Created { id: token.id, asset: metadata });
    }

    // ---- Leaving

    /// Sends `amount` of an asset to another machine (0 EVM, 2 Solana), by a message that runs after this transaction's
    /// own execution. If it fails it is kept, and anybody may retry it. `to`: an EVM address in the last 20 bytes behind
    /// zeros, or a Solana key; a Move address stands for its alias in the EVM.
    public entry fun send(
        account: &signer, asset: Object<Metadata>, machine: u8, to: address, amount: u64
    ) acquires StandIn {
        send_asset(account, primary_fungible_store::withdraw(account, asset, amount), machine, to);
    }

    /// The same with a coin.
    public entry fun send_coin<T>(account: &signer, machine: u8, to: address, amount: u64) acquires StandIn {
        send(account, coin::ensure_paired_metadata<T>(), machine, to, amount);
    }

    /// Sends in this call: when it returns the tokens have arrived, and if they cannot arrive it aborts. With `data`, the
    /// recipient is a contract of the EVM, which is called with it (ITernReceiver). With `octas`, the account pays in the
    /// Solana VM for the accounts that have to be made there, and the recipient gets the rest of them.
    public entry fun send_now(
        account: &signer, asset: Object<Metadata>, machine: u8, to: address, amount: u64, octas: u64, data: vector<u8>
    ) acquires StandIn {
        let sender = signer::address_of(account);
        let (id, amount) = take(primary_fungible_store::withdraw(account, asset, amount));
        check_target(machine, to);
        depart(id, machine, amount, sender, bcs::to_bytes(&@0x0));
        event::emit(Sent { id, sender, machine, recipient: to, amount, message: vector[] });
        let gateway = &create_signer(GATEWAY);
        if (machine == EVM) {
            assert!(octas == 0, error::invalid_argument(ENOT_TAKEN_THERE));
            evm::call_raw(gateway, EVM_GATEWAY, 0, ARRIVE_IN_EVM, &ToEvm { id, to, units: amount, sender, data });
        } else {
            assert!(vector::is_empty(&data), error::invalid_argument(ENOT_TAKEN_THERE));
            if (octas > 0) coin::transfer<AptosCoin>(account, GATEWAY, octas);
            svm::invoke(gateway, SVM_PROGRAM, octas, vector[], arrival_in_svm(id, to, amount, sender, octas));
        }
    }

    fun check_target(machine: u8, to: address) {
        assert!(machine != MOVE && machine <= SVM && to != @0x0, error::invalid_argument(EINVALID_RECIPIENT));
    }

    /// Sends what is in hand; returns the message's id.
    public fun send_asset(
        account: &signer, fa: FungibleAsset, machine: u8, to: address
    ): vector<u8> acquires StandIn {
        let sender = signer::address_of(account);
        let (id, amount) = take(fa);
        check_target(machine, to);
        let gateway = &create_signer(GATEWAY);
        let options = evm::with_open_retry(evm::options());
        let message = if (machine == EVM) {
            evm::send(
                gateway, EVM_GATEWAY, ARRIVE_IN_EVM,
                &ToEvm { id, to, units: amount, sender, data: vector[] }, options
            )
        } else {
            // The node finds the accounts.
            svm::send(gateway, SVM_PROGRAM, vector[], arrival_in_svm(id, to, amount, sender, 0), options)
        };
        depart(id, machine, amount, sender, message);
        event::emit(Sent { id, sender, machine, recipient: to, amount, message });
        message
    }

    /// Borsh of the gateway program's instruction.
    fun arrival_in_svm(id: address, to: address, units: u64, sender: address, lamports: u64): vector<u8> {
        let data = vector[SVM_ARRIVE];
        vector::append(&mut data, bcs::to_bytes(&id));
        vector::append(&mut data, bcs::to_bytes(&to));
        vector::append(&mut data, bcs::to_bytes(&units));
        vector::append(&mut data, bcs::to_bytes(&sender));
        vector::append(&mut data, bcs::to_bytes(&lamports));
        data
    }

    /// Burns a stand-in, or takes into escrow.
    fun take(fa: FungibleAsset): (address, u64) acquires StandIn {
        let asset = fungible_asset::asset_metadata(&fa);
        let (is_stand_in, id) = stand_in_of(asset);
        if (is_stand_in) return (id, fungible_asset::burn_internal(fa));
        let amount = fungible_asset::amount(&fa);
        primary_fungible_store::deposit(GATEWAY, fa);
        (home_id(asset), amount)
    }

    fun depart(id: address, machine: u8, units: u64, sender: address, message: vector<u8>) {
        let r = request(DEPART, id);
        append_word(&mut r, (machine as u64));
        append_word(&mut r, units);
        vector::append(&mut r, bcs::to_bytes(&sender));
        vector::append(&mut r, message);
        books(r);
    }

    // ---- Arriving

    /// For the gateways of the other machines: tokens have arrived.
    public fun arrive(gateway: &signer, id: address, to: address, units: u64, sender: address) acquires StandIn {
        let machine = enter(gateway, id, units);
        give(id, to, units);
        event::emit(Arrived { id, recipient: to, machine, sender, amount: units });
    }

    /// For the gateways of the other machines: tokens have arrived for a function,
    ///
    ///     public fun name(tokens: FungibleAsset, machine: u8, sender: address, data: vector<u8>)
    ///
    /// which gets them in hand, with the machine of the sender and his address there. Its module must not be running, nor
    /// call this one.
    public fun arrive_at(
        gateway: &signer, id: address, units: u64, sender: address, module_address: address, module_name: String,
        function: String, data: vector<u8>
    ) acquires StandIn {
        let machine = enter(gateway, id, units);
        event::emit(Arrived { id, recipient: module_address, machine, sender, amount: units });
        let function = function_info::new_function_info_from_address(module_address, module_name, function);
        hand_over(hand_out(id, units), machine, sender, data, &function);
    }

    /// The machine calls `function` in its place, with all arguments but the last.
    native fun hand_over(
        tokens: FungibleAsset, machine: u8, sender: address, data: vector<u8>, function: &FunctionInfo
    );

    fun enter(gateway: &signer, id: address, units: u64): u8 {
        let r = request(ARRIVE, id);
        append_word(&mut r, units);
        let machine = machine_of(signer::address_of(gateway));
        books(r);
        machine
    }

    fun machine_of(gateway: address): u8 {
        if (gateway == evm::alias_of_evm(EVM_GATEWAY)) return EVM;
        assert!(gateway == svm::alias_of_key(SVM_GATEWAY), error::permission_denied(ENOT_A_GATEWAY));
        SVM
    }

    fun give(id: address, to: address, units: u64) acquires StandIn {
        assert!(to != GATEWAY && to != @0x0, error::invalid_argument(EINVALID_RECIPIENT));
        primary_fungible_store::deposit(to, hand_out(id, units));
    }

    /// Mints, or takes out of escrow.
    fun hand_out(id: address, units: u64): FungibleAsset acquires StandIn {
        let token = info(id);
        let metadata = asset(id);
        if (token.home == MOVE) {
            primary_fungible_store::withdraw(&create_signer(GATEWAY), metadata, units)
        } else {
            fungible_asset::mint_internal(metadata, units)
        }
    }

    // ---- What could not arrive

    /// Gives up a message that failed. Only who sent the tokens may.
    public entry fun cancel(account: &signer, message: address) {
        let t = books(request(TRANSFER, message));
        assert!(address_at(&t, 2) == signer::address_of(account), error::permission_denied(ENOT_SENDER));
        evm::evm(&create_signer(GATEWAY), EVM_QUEUE, b"cancel(bytes32)", &message);
    }

    /// Gives tokens back to who sent them, if their message has been cancelled or has expired.
    public entry fun reclaim(message: address) acquires StandIn {
        let t = books(request(RECLAIM, message));
        let (id, amount, sender) = (address_at(&t, 0), number_at(&t, 1), address_at(&t, 2));
        give(id, sender, amount);
        event::emit(Reclaimed { message: bcs::to_bytes(&message), id, sender, amount });
    }
}
