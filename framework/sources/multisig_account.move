/// Accounts that several owners control together. An owner proposes what the account shall do, owners vote, and when
/// enough of them approve one of them has it done by a transaction with a multisig payload, in the order of the
/// proposals. The payload may lie on the chain or only its hash; then whoever executes it brings it.
///
/// The account's own settings (owners, signatures required, metadata) change by its own transactions only: those entry
/// functions are not public, so that no other module can call them with the account's signer.
module aptos_framework::multisig_account {
    use std::bcs;
    use std::error;
    use std::hash;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::String;
    use aptos_framework::account::{Self, SignerCapability};
    use aptos_framework::chain_id;
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::timestamp;
    use aptos_std::simple_map::{Self, SimpleMap};
    use aptos_std::table::{Self, Table};

    /// Begins the seed of such an account's address.
    const DOMAIN_SEPARATOR: vector<u8> = b"aptos_framework::multisig_account";
    const ZERO_AUTH_KEY: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000";
    /// How many proposals may wait.
    const MAX_PENDING_TRANSACTIONS: u64 = 20;

    /// An owner is named twice.
    const EDUPLICATE_OWNER: u64 = 1;
    /// The payload is empty.
    const EPAYLOAD_CANNOT_BE_EMPTY: u64 = 4;
    /// There would be fewer owners than signatures required.
    const ENOT_ENOUGH_OWNERS: u64 = 5;
    /// Too few owners reject the transaction.
    const ENOT_ENOUGH_REJECTIONS: u64 = 10;
    /// At least one signature is required, and at most those of all owners.
    const EINVALID_SIGNATURES_REQUIRED: u64 = 11;
    /// The hash of a payload has 32 bytes.
    const EINVALID_PAYLOAD_HASH: u64 = 12;
    /// The account cannot own itself.
    const EOWNER_CANNOT_BE_MULTISIG_ACCOUNT_ITSELF: u64 = 13;
    /// There are not as many keys of metadata as values.
    const ENUMBER_OF_METADATA_KEYS_AND_VALUES_DONT_MATCH: u64 = 15;
    /// A key of metadata is named twice.
    const EDUPLICATE_METADATA_KEY: u64 = 16;
    /// No transaction has had this number.
    const EINVALID_SEQUENCE_NUMBER: u64 = 17;
    /// Somebody is to become an owner and to cease to be one.
    const EOWNERS_TO_REMOVE_NEW_OWNERS_OVERLAP: u64 = 18;
    /// Too many transactions wait.
    const EMAX_PENDING_TRANSACTIONS_EXCEEDED: u64 = 19;
    // The node knows these from the prologue.
    /// The account is no multisig account.
    const EACCOUNT_NOT_MULTISIG: u64 = 2002;
    /// The signer is not an owner of the account.
    const ENOT_OWNER: u64 = 2003;
    /// There is no such transaction.
    const ETRANSACTION_NOT_FOUND: u64 = 2006;
    /// The payload is not the one whose hash was proposed.
    const EPAYLOAD_DOES_NOT_MATCH_HASH: u64 = 2008;
    /// Too few owners approve the transaction.
    const ENOT_ENOUGH_APPROVALS: u64 = 2009;
    /// The payload is not the one that was proposed.
    const EPAYLOAD_DOES_NOT_MATCH: u64 = 2010;

    struct MultisigAccount has key {
        owners: vector<address>,
        num_signatures_required: u64,
        /// By their numbers, from 1 on; only those that wait.
        transactions: Table<u64, MultisigTransaction>,
        last_executed_sequence_number: u64,
        next_sequence_number: u64,
        signer_cap: Option<SignerCapability>,
        metadata: SimpleMap<String, vector<u8>>,
        add_owners_events: EventHandle<AddOwnersEvent>,
        remove_owners_events: EventHandle<RemoveOwnersEvent>,
        update_signature_required_events: EventHandle<UpdateSignaturesRequiredEvent>,
        create_transaction_events: EventHandle<CreateTransactionEvent>,
        vote_events: EventHandle<VoteEvent>,
        execute_rejected_transaction_events: EventHandle<ExecuteRejectedTransactionEvent>,
        execute_transaction_events: EventHandle<TransactionExecutionSucceededEvent>,
        transaction_execution_failed_events: EventHandle<TransactionExecutionFailedEvent>,
        metadata_updated_events: EventHandle<MetadataUpdatedEvent>,
    }

    /// A proposal. It has a payload or the hash of one.
    struct MultisigTransaction has copy, drop, store {
        payload: Option<vector<u8>>,
        payload_hash: Option<vector<u8>>,
        votes: SimpleMap<address, bool>,
        creator: address,
        creation_time_secs: u64,
    }

    /// Why a payload failed: error_type is VMError, MoveAbort or MoveExecutionFailure.
    struct ExecutionError has copy, drop, store {
        abort_location: String,
        error_type: String,
        error_code: u64,
    }

    /// What the key of an account signs that is to become a multisig account.
    struct MultisigAccountCreationMessage has copy, drop {
        chain_id: u8,
        account_address: address,
        sequence_number: u64,
        owners: vector<address>,
        num_signatures_required: u64,
    }

    /// The same if the key is to be given up.
    struct MultisigAccountCreationWithAuthKeyRevocationMessage has copy, drop {
        chain_id: u8,
        account_address: address,
        sequence_number: u64,
        owners: vector<address>,
        num_signatures_required: u64,
    }

    // ---- Events: of the module; those of handles are for the layout of the account only -----------------------------

    struct AddOwnersEvent has drop, store { owners_added: vector<address> }

    #[event]
    struct AddOwners has drop, store { multisig_account: address, owners_added: vector<address> }

    struct RemoveOwnersEvent has drop, store { owners_removed: vector<address> }

    #[event]
    struct RemoveOwners has drop, store { multisig_account: address, owners_removed: vector<address> }

    struct UpdateSignaturesRequiredEvent has drop, store {
        old_num_signatures_required: u64,
        new_num_signatures_required: u64,
    }

    #[event]
    struct UpdateSignaturesRequired has drop, store {
        multisig_account: address,
        old_num_signatures_required: u64,
        new_num_signatures_required: u64,
    }

    struct CreateTransactionEvent has drop, store {
        creator: address,
        sequence_number: u64,
        transaction: MultisigTransaction,
    }

    #[event]
    struct CreateTransaction has drop, store {
        multisig_account: address,
        creator: address,
        sequence_number: u64,
        transaction: MultisigTransaction,
    }

    struct VoteEvent has drop, store { owner: address, sequence_number: u64, approved: bool }

    #[event]
    struct Vote has drop, store { multisig_account: address, owner: address, sequence_number: u64, approved: bool }

    struct ExecuteRejectedTransactionEvent has drop, store {
        sequence_number: u64,
        num_rejections: u64,
        executor: address,
    }

    #[event]
    struct ExecuteRejectedTransaction has drop, store {
        multisig_account: address,
        sequence_number: u64,
        num_rejections: u64,
        executor: address,
    }

    struct TransactionExecutionSucceededEvent has drop, store {
        executor: address,
        sequence_number: u64,
        transaction_payload: vector<u8>,
        num_approvals: u64,
    }

    #[event]
    struct TransactionExecutionSucceeded has drop, store {
        multisig_account: address,
        executor: address,
        sequence_number: u64,
        transaction_payload: vector<u8>,
        num_approvals: u64,
    }

    struct TransactionExecutionFailedEvent has drop, store {
        executor: address,
        sequence_number: u64,
        transaction_payload: vector<u8>,
        num_approvals: u64,
        execution_error: ExecutionError,
    }

    #[event]
    struct TransactionExecutionFailed has drop, store {
        multisig_account: address,
        executor: address,
        sequence_number: u64,
        transaction_payload: vector<u8>,
        num_approvals: u64,
        execution_error: ExecutionError,
    }

    struct MetadataUpdatedEvent has drop, store {
        old_metadata: SimpleMap<String, vector<u8>>,
        new_metadata: SimpleMap<String, vector<u8>>,
    }

    #[event]
    struct MetadataUpdated has drop, store {
        multisig_account: address,
        old_metadata: SimpleMap<String, vector<u8>>,
        new_metadata: SimpleMap<String, vector<u8>>,
    }

    // ---- What there is to see -----------------------------------------------------------------------------------------

    #[view]
    public fun metadata(multisig_account: address): SimpleMap<String, vector<u8>> acquires MultisigAccount {
        borrow_global<MultisigAccount>(multisig_account).metadata
    }

    #[view]
    public fun num_signatures_required(multisig_account: address): u64 acquires MultisigAccount {
        borrow_global<MultisigAccount>(multisig_account).num_signatures_required
    }

    #[view]
    public fun owners(multisig_account: address): vector<address> acquires MultisigAccount {
        borrow_global<MultisigAccount>(multisig_account).owners
    }

    #[view]
    public fun is_owner(owner: address, multisig_account: address): bool acquires MultisigAccount {
        borrow_global<MultisigAccount>(multisig_account).owners.contains(&owner)
    }

    #[view]
    /// A transaction that waits.
    public fun get_transaction(
        multisig_account: address, sequence_number: u64
    ): MultisigTransaction acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        assert_has_been(account, sequence_number);
        *account.transactions.borrow(sequence_number)
    }

    #[view]
    public fun get_pending_transactions(multisig_account: address): vector<MultisigTransaction> acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        let pending = vector[];
        let at = account.last_executed_sequence_number + 1;
        while (at < account.next_sequence_number) {
            pending.push_back(*account.transactions.borrow(at));
            at = at + 1;
        };
        pending
    }

    #[view]
    /// The payload whose turn it is: the one that was proposed, else the one that is provided.
    public fun get_next_transaction_payload(
        multisig_account: address, provided_payload: vector<u8>
    ): vector<u8> acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        let next = account.transactions.borrow(account.last_executed_sequence_number + 1);
        if (next.payload.is_some()) *next.payload.borrow() else provided_payload
    }

    #[view]
    /// Is it the transaction's turn, and do enough owners approve it?
    public fun can_be_executed(multisig_account: address, sequence_number: u64): bool acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        has_its_votes(account, sequence_number, true, option::none())
    }

    #[view]
    /// The same if that owner approves it too.
    public fun can_execute(
        owner: address, multisig_account: address, sequence_number: u64
    ): bool acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        has_its_votes(account, sequence_number, true, option::some(owner)) && account.owners.contains(&owner)
    }

    #[view]
    /// Is it the transaction's turn, and do enough owners reject it?
    public fun can_be_rejected(multisig_account: address, sequence_number: u64): bool acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        has_its_votes(account, sequence_number, false, option::none())
    }

    #[view]
    /// The same if that owner rejects it too.
    public fun can_reject(
        owner: address, multisig_account: address, sequence_number: u64
    ): bool acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        has_its_votes(account, sequence_number, false, option::some(owner)) && account.owners.contains(&owner)
    }

    #[view]
    /// The address of the account that this creator's next transaction would make.
    public fun get_next_multisig_account_address(creator: address): address {
        account::create_resource_address(&creator, seed_of(creator))
    }

    #[view]
    public fun last_resolved_sequence_number(multisig_account: address): u64 acquires MultisigAccount {
        borrow_global<MultisigAccount>(multisig_account).last_executed_sequence_number
    }

    #[view]
    public fun next_sequence_number(multisig_account: address): u64 acquires MultisigAccount {
        borrow_global<MultisigAccount>(multisig_account).next_sequence_number
    }

    #[view]
    /// Has the owner voted, and for it?
    public fun vote(
        multisig_account: address, sequence_number: u64, owner: address
    ): (bool, bool) acquires MultisigAccount {
        let account = borrow_global<MultisigAccount>(multisig_account);
        assert_has_been(account, sequence_number);
        let votes = &account.transactions.borrow(sequence_number).votes;
        let voted = votes.contains_key(&owner);
        (voted, voted && *votes.borrow(&owner))
    }

    #[view]
    public fun available_transaction_queue_capacity(multisig_account: address): u64 acquires MultisigAccount {
        capacity(borrow_global<MultisigAccount>(multisig_account))
    }

    fun capacity(account: &MultisigAccount): u64 {
        let pending = account.next_sequence_number - account.last_executed_sequence_number - 1;
        if (pending > MAX_PENDING_TRANSACTIONS) 0 else MAX_PENDING_TRANSACTIONS - pending
    }

    fun assert_has_been(account: &MultisigAccount, sequence_number: u64) {
        assert!(
            sequence_number > 0 && sequence_number < account.next_sequence_number,
            error::invalid_argument(EINVALID_SEQUENCE_NUMBER)
        );
    }

    fun assert_is_multisig(account: address) {
        assert!(exists<MultisigAccount>(account), error::invalid_state(EACCOUNT_NOT_MULTISIG));
    }

    fun assert_is_owner(account: &MultisigAccount, owner: address) {
        assert!(account.owners.contains(&owner), error::permission_denied(ENOT_OWNER));
    }

    fun assert_waits(account: &MultisigAccount, sequence_number: u64) {
        assert!(account.transactions.contains(sequence_number), error::not_found(ETRANSACTION_NOT_FOUND));
    }

    /// How many of today's owners have voted so.
    fun count_votes(account: &MultisigAccount, transaction: &MultisigTransaction, approved: bool): u64 {
        let count = 0;
        account.owners.for_each_ref(|owner| {
            if (transaction.votes.contains_key(owner) && *transaction.votes.borrow(owner) == approved) {
                count = count + 1;
            }
        });
        count
    }

    fun has_voted(transaction: &MultisigTransaction, owner: address, approved: bool): bool {
        transaction.votes.contains_key(&owner) && *transaction.votes.borrow(&owner) == approved
    }

    /// `with` is counted whether it has voted so already or not.
    fun has_its_votes(account: &MultisigAccount, sequence_number: u64, approved: bool, with: Option<address>): bool {
        assert_has_been(account, sequence_number);
        let transaction = account.transactions.borrow(sequence_number);
        let votes = count_votes(account, transaction, approved);
        if (with.is_some() && !has_voted(transaction, *with.borrow(), approved)) votes = votes + 1;
        sequence_number == account.last_executed_sequence_number + 1 && votes >= account.num_signatures_required
    }

    // ---- Making one ---------------------------------------------------------------------------------------------------

    /// Adds owners to the account that signs.
    public entry fun create_with_existing_account_call(
        multisig_account: &signer,
        owners: vector<address>,
        num_signatures_required: u64,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        initialize(multisig_account, owners, num_signatures_required, option::none(), metadata_keys, metadata_values);
    }

    /// The same for an account whose key has signed the message. The key controls it as before.
    public entry fun create_with_existing_account(
        multisig_address: address,
        owners: vector<address>,
        num_signatures_required: u64,
        account_scheme: u8,
        account_public_key: vector<u8>,
        create_multisig_account_signed_message: vector<u8>,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        account::verify_signed_message(
            multisig_address,
            account_scheme,
            account_public_key,
            create_multisig_account_signed_message,
            MultisigAccountCreationMessage {
                chain_id: chain_id::get(),
                account_address: multisig_address,
                sequence_number: account::get_sequence_number(multisig_address),
                owners,
                num_signatures_required,
            }
        );
        create_with_existing_account_call(
            &create_signer(multisig_address), owners, num_signatures_required, metadata_keys, metadata_values
        );
    }

    /// Adds owners to the account that signs, and gives up its key and the capabilities that it offers.
    public entry fun create_with_existing_account_and_revoke_auth_key_call(
        multisig_account: &signer,
        owners: vector<address>,
        num_signatures_required: u64,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        create_with_existing_account_call(
            multisig_account, owners, num_signatures_required, metadata_keys, metadata_values
        );
        let at = signer::address_of(multisig_account);
        account::rotate_authentication_key_internal(multisig_account, ZERO_AUTH_KEY);
        if (account::is_signer_capability_offered(at)) account::revoke_any_signer_capability(multisig_account);
        if (account::is_rotation_capability_offered(at)) account::revoke_any_rotation_capability(multisig_account);
    }

    public entry fun create_with_existing_account_and_revoke_auth_key(
        multisig_address: address,
        owners: vector<address>,
        num_signatures_required: u64,
        account_scheme: u8,
        account_public_key: vector<u8>,
        create_multisig_account_signed_message: vector<u8>,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        account::verify_signed_message(
            multisig_address,
            account_scheme,
            account_public_key,
            create_multisig_account_signed_message,
            MultisigAccountCreationWithAuthKeyRevocationMessage {
                chain_id: chain_id::get(),
                account_address: multisig_address,
                sequence_number: account::get_sequence_number(multisig_address),
                owners,
                num_signatures_required,
            }
        );
        create_with_existing_account_and_revoke_auth_key_call(
            &create_signer(multisig_address), owners, num_signatures_required, metadata_keys, metadata_values
        );
    }

    /// Makes an account whose only owner is the signer.
    public entry fun create(
        owner: &signer,
        num_signatures_required: u64,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        create_with_owners(owner, vector[], num_signatures_required, metadata_keys, metadata_values);
    }

    /// The signer is an owner beside the additional ones.
    public entry fun create_with_owners(
        owner: &signer,
        additional_owners: vector<address>,
        num_signatures_required: u64,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        additional_owners.push_back(signer::address_of(owner));
        make(owner, additional_owners, num_signatures_required, metadata_keys, metadata_values);
    }

    /// The signer helps to an address, and is no owner when all is done.
    public entry fun create_with_owners_then_remove_bootstrapper(
        bootstrapper: &signer,
        owners: vector<address>,
        num_signatures_required: u64,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) acquires MultisigAccount {
        let from = signer::address_of(bootstrapper);
        owners.push_back(from);
        let at = make(bootstrapper, owners, num_signatures_required, metadata_keys, metadata_values);
        change_owners(at, vector[], vector[from], option::none());
    }

    fun seed_of(creator: address): vector<u8> {
        let seed = DOMAIN_SEPARATOR;
        seed.append(bcs::to_bytes(&account::get_sequence_number(creator)));
        seed
    }

    /// Makes a resource account of these owners; returns its address.
    fun make(
        creator: &signer,
        owners: vector<address>,
        num_signatures_required: u64,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ): address {
        let (account, cap) = account::create_resource_account(creator, seed_of(signer::address_of(creator)));
        initialize(&account, owners, num_signatures_required, option::some(cap), metadata_keys, metadata_values);
        signer::address_of(&account)
    }

    fun initialize(
        account: &signer,
        owners: vector<address>,
        num_signatures_required: u64,
        signer_cap: Option<SignerCapability>,
        metadata_keys: vector<String>,
        metadata_values: vector<vector<u8>>
    ) {
        assert!(
            num_signatures_required > 0 && num_signatures_required <= owners.length(),
            error::invalid_argument(EINVALID_SIGNATURES_REQUIRED)
        );
        check_owners(&owners, signer::address_of(account));
        move_to(account, MultisigAccount {
            owners,
            num_signatures_required,
            transactions: table::new(),
            last_executed_sequence_number: 0,
            next_sequence_number: 1,
            signer_cap,
            metadata: make_metadata(metadata_keys, metadata_values),
            add_owners_events: account::new_event_handle(account),
            remove_owners_events: account::new_event_handle(account),
            update_signature_required_events: account::new_event_handle(account),
            create_transaction_events: account::new_event_handle(account),
            vote_events: account::new_event_handle(account),
            execute_rejected_transaction_events: account::new_event_handle(account),
            execute_transaction_events: account::new_event_handle(account),
            transaction_execution_failed_events: account::new_event_handle(account),
            metadata_updated_events: account::new_event_handle(account),
        });
    }

    fun check_owners(owners: &vector<address>, account: address) {
        let n = owners.length();
        for (i in 0..n) {
            assert!(owners[i] != account, error::invalid_argument(EOWNER_CANNOT_BE_MULTISIG_ACCOUNT_ITSELF));
            for (k in 0..i) assert!(owners[k] != owners[i], error::invalid_argument(EDUPLICATE_OWNER));
        }
    }

    fun make_metadata(keys: vector<String>, values: vector<vector<u8>>): SimpleMap<String, vector<u8>> {
        let n = keys.length();
        assert!(n == values.length(), error::invalid_argument(ENUMBER_OF_METADATA_KEYS_AND_VALUES_DONT_MATCH));
        let metadata = simple_map::new();
        for (i in 0..n) {
            assert!(!metadata.contains_key(&keys[i]), error::invalid_argument(EDUPLICATE_METADATA_KEY));
            metadata.add(keys[i], values[i]);
        };
        metadata
    }

    // ---- What the account changes of itself ---------------------------------------------------------------------------

    entry fun add_owner(multisig_account: &signer, new_owner: address) acquires MultisigAccount {
        add_owners(multisig_account, vector[new_owner]);
    }

    entry fun add_owners(multisig_account: &signer, new_owners: vector<address>) acquires MultisigAccount {
        change_owners(signer::address_of(multisig_account), new_owners, vector[], option::none());
    }

    entry fun add_owners_and_update_signatures_required(
        multisig_account: &signer, new_owners: vector<address>, new_num_signatures_required: u64
    ) acquires MultisigAccount {
        change_owners(
            signer::address_of(multisig_account), new_owners, vector[], option::some(new_num_signatures_required)
        );
    }

    entry fun remove_owner(multisig_account: &signer, owner_to_remove: address) acquires MultisigAccount {
        remove_owners(multisig_account, vector[owner_to_remove]);
    }

    /// Who is no owner is passed over.
    entry fun remove_owners(multisig_account: &signer, owners_to_remove: vector<address>) acquires MultisigAccount {
        change_owners(signer::address_of(multisig_account), vector[], owners_to_remove, option::none());
    }

    entry fun swap_owner(
        multisig_account: &signer, to_swap_in: address, to_swap_out: address
    ) acquires MultisigAccount {
        swap_owners(multisig_account, vector[to_swap_in], vector[to_swap_out]);
    }

    entry fun swap_owners(
        multisig_account: &signer, to_swap_in: vector<address>, to_swap_out: vector<address>
    ) acquires MultisigAccount {
        change_owners(signer::address_of(multisig_account), to_swap_in, to_swap_out, option::none());
    }

    entry fun swap_owners_and_update_signatures_required(
        multisig_account: &signer,
        new_owners: vector<address>,
        owners_to_remove: vector<address>,
        new_num_signatures_required: u64
    ) acquires MultisigAccount {
        change_owners(
            signer::address_of(multisig_account),
            new_owners,
            owners_to_remove,
            option::some(new_num_signatures_required)
        );
    }

    entry fun update_signatures_required(
        multisig_account: &signer, new_num_signatures_required: u64
    ) acquires MultisigAccount {
        change_owners(
            signer::address_of(multisig_account), vector[], vector[], option::some(new_num_signatures_required)
        );
    }

    /// Replaces all of it.
    entry fun update_metadata(
        multisig_account: &signer, keys: vector<String>, values: vector<vector<u8>>
    ) acquires MultisigAccount {
        let at = signer::address_of(multisig_account);
        assert_is_multisig(at);
        let new_metadata = make_metadata(keys, values);
        let account = borrow_global_mut<MultisigAccount>(at);
        let old_metadata = account.metadata;
        account.metadata = new_metadata;
        event::emit(MetadataUpdated { multisig_account: at, old_metadata, new_metadata });
    }

    fun change_owners(
        at: address, new_owners: vector<address>, to_remove: vector<address>, new_required: Option<u64>
    ) acquires MultisigAccount {
        assert_is_multisig(at);
        let account = borrow_global_mut<MultisigAccount>(at);
        new_owners.for_each_ref(|owner| assert!(
            !to_remove.contains(owner), error::invalid_argument(EOWNERS_TO_REMOVE_NEW_OWNERS_OVERLAP)
        ));
        if (!new_owners.is_empty()) {
            account.owners.append(new_owners);
            check_owners(&account.owners, at);
            event::emit(AddOwners { multisig_account: at, owners_added: new_owners });
        };
        remove_those(account, at, to_remove);
        if (new_required.is_some()) require(account, at, new_required.destroy_some());
        assert!(account.owners.length() >= account.num_signatures_required, error::invalid_state(ENOT_ENOUGH_OWNERS));
    }

    fun remove_those(account: &mut MultisigAccount, at: address, to_remove: vector<address>) {
        let owners_removed = vector[];
        to_remove.for_each(|owner| {
            let (is_owner, i) = account.owners.index_of(&owner);
            if (is_owner) owners_removed.push_back(account.owners.swap_remove(i));
        });
        if (!owners_removed.is_empty()) event::emit(RemoveOwners { multisig_account: at, owners_removed });
    }

    fun require(account: &mut MultisigAccount, at: address, required: u64) {
        assert!(required > 0, error::invalid_argument(EINVALID_SIGNATURES_REQUIRED));
        let before = account.num_signatures_required;
        if (required == before) return;
        account.num_signatures_required = required;
        event::emit(UpdateSignaturesRequired {
            multisig_account: at,
            old_num_signatures_required: before,
            new_num_signatures_required: required,
        });
    }

    // ---- Proposing and voting -----------------------------------------------------------------------------------------

    /// Proposes a payload: the BCS of a MultisigTransactionPayload. Who proposes it approves it.
    public entry fun create_transaction(
        owner: &signer, multisig_account: address, payload: vector<u8>
    ) acquires MultisigAccount {
        assert!(!payload.is_empty(), error::invalid_argument(EPAYLOAD_CANNOT_BE_EMPTY));
        propose(owner, multisig_account, option::some(payload), option::none());
    }

    /// Proposes a payload by its sha3-256. Whoever executes it brings it.
    public entry fun create_transaction_with_hash(
        owner: &signer, multisig_account: address, payload_hash: vector<u8>
    ) acquires MultisigAccount {
        assert!(payload_hash.length() == 32, error::invalid_argument(EINVALID_PAYLOAD_HASH));
        propose(owner, multisig_account, option::none(), option::some(payload_hash));
    }

    fun propose(
        owner: &signer, at: address, payload: Option<vector<u8>>, payload_hash: Option<vector<u8>>
    ) acquires MultisigAccount {
        assert_is_multisig(at);
        let account = borrow_global_mut<MultisigAccount>(at);
        let creator = signer::address_of(owner);
        assert_is_owner(account, creator);
        assert!(capacity(account) > 0, error::invalid_state(EMAX_PENDING_TRANSACTIONS_EXCEEDED));
        let votes = simple_map::new();
        votes.add(creator, true);
        let transaction = MultisigTransaction {
            payload,
            payload_hash,
            votes,
            creator,
            creation_time_secs: timestamp::now_seconds(),
        };
        let sequence_number = account.next_sequence_number;
        account.next_sequence_number = sequence_number + 1;
        account.transactions.add(sequence_number, transaction);
        event::emit(CreateTransaction { multisig_account: at, creator, sequence_number, transaction });
    }

    public entry fun approve_transaction(
        owner: &signer, multisig_account: address, sequence_number: u64
    ) acquires MultisigAccount {
        vote_transaction(owner, multisig_account, sequence_number, true);
    }

    public entry fun reject_transaction(
        owner: &signer, multisig_account: address, sequence_number: u64
    ) acquires MultisigAccount {
        vote_transaction(owner, multisig_account, sequence_number, false);
    }

    /// The name that it had first; transactions use it still.
    public entry fun vote_transanction(
        owner: &signer, multisig_account: address, sequence_number: u64, approved: bool
    ) acquires MultisigAccount {
        vote_transaction(owner, multisig_account, sequence_number, approved);
    }

    /// An owner may vote again: the last vote counts.
    public entry fun vote_transaction(
        owner: &signer, multisig_account: address, sequence_number: u64, approved: bool
    ) acquires MultisigAccount {
        assert_is_multisig(multisig_account);
        let account = borrow_global_mut<MultisigAccount>(multisig_account);
        let who = signer::address_of(owner);
        assert_is_owner(account, who);
        assert_waits(account, sequence_number);
        account.transactions.borrow_mut(sequence_number).votes.upsert(who, approved);
        event::emit(Vote { multisig_account, owner: who, sequence_number, approved });
    }

    /// Votes on all from the first to the last of them.
    public entry fun vote_transactions(
        owner: &signer,
        multisig_account: address,
        starting_sequence_number: u64,
        final_sequence_number: u64,
        approved: bool
    ) acquires MultisigAccount {
        let at = starting_sequence_number;
        while (at <= final_sequence_number) {
            vote_transaction(owner, multisig_account, at, approved);
            at = at + 1;
        }
    }

    /// Takes away the transaction whose turn it is, which the signer rejects with enough others.
    public entry fun execute_rejected_transaction(owner: &signer, multisig_account: address) acquires MultisigAccount {
        assert_is_multisig(multisig_account);
        let executor = signer::address_of(owner);
        let account = borrow_global<MultisigAccount>(multisig_account);
        assert_is_owner(account, executor);
        let sequence_number = account.last_executed_sequence_number + 1;
        assert_has_been(account, sequence_number);
        if (!has_voted(account.transactions.borrow(sequence_number), executor, false)) {
            reject_transaction(owner, multisig_account, sequence_number);
        };
        let account = borrow_global_mut<MultisigAccount>(multisig_account);
        let transaction = take_next(account);
        let num_rejections = count_votes(account, &transaction, false);
        assert!(
            num_rejections >= account.num_signatures_required, error::invalid_state(ENOT_ENOUGH_REJECTIONS)
        );
        event::emit(ExecuteRejectedTransaction { multisig_account, sequence_number, num_rejections, executor });
    }

    /// The same with all up to that one.
    public entry fun execute_rejected_transactions(
        owner: &signer, multisig_account: address, final_sequence_number: u64
    ) acquires MultisigAccount {
        let last = last_resolved_sequence_number(multisig_account);
        assert!(
            last < final_sequence_number && final_sequence_number < next_sequence_number(multisig_account),
            error::invalid_argument(EINVALID_SEQUENCE_NUMBER)
        );
        while (last < final_sequence_number) {
            execute_rejected_transaction(owner, multisig_account);
            last = last + 1;
        }
    }

    fun take_next(account: &mut MultisigAccount): MultisigTransaction {
        account.last_executed_sequence_number = account.last_executed_sequence_number + 1;
        account.transactions.remove(account.last_executed_sequence_number)
    }

    // ---- What the node calls around a multisig payload ----------------------------------------------------------------

    /// Before it: may the owner execute the transaction whose turn it is? `payload` is empty if none was brought.
    fun validate_multisig_transaction(
        owner: &signer, multisig_account: address, payload: vector<u8>
    ) acquires MultisigAccount {
        assert_is_multisig(multisig_account);
        let account = borrow_global<MultisigAccount>(multisig_account);
        let who = signer::address_of(owner);
        assert_is_owner(account, who);
        let sequence_number = account.last_executed_sequence_number + 1;
        assert_waits(account, sequence_number);
        assert!(
            has_its_votes(account, sequence_number, true, option::some(who)),
            error::invalid_argument(ENOT_ENOUGH_APPROVALS)
        );
        let transaction = account.transactions.borrow(sequence_number);
        if (transaction.payload_hash.is_some()) {
            assert!(
                hash::sha3_256(payload) == *transaction.payload_hash.borrow(),
                error::invalid_argument(EPAYLOAD_DOES_NOT_MATCH_HASH)
            );
        } else if (!payload.is_empty()) {
            assert!(
                &payload == transaction.payload.borrow(), error::invalid_argument(EPAYLOAD_DOES_NOT_MATCH)
            );
        }
    }

    /// After a payload that ran to its end.
    fun successful_transaction_execution_cleanup(
        executor: address, multisig_account: address, transaction_payload: vector<u8>
    ) acquires MultisigAccount {
        let (sequence_number, num_approvals) = resolve(executor, multisig_account);
        event::emit(TransactionExecutionSucceeded {
            multisig_account,
            executor,
            sequence_number,
            transaction_payload,
            num_approvals,
        });
    }

    /// After one that failed: nothing of what it did is left.
    fun failed_transaction_execution_cleanup(
        executor: address,
        multisig_account: address,
        transaction_payload: vector<u8>,
        execution_error: ExecutionError
    ) acquires MultisigAccount {
        let (sequence_number, num_approvals) = resolve(executor, multisig_account);
        event::emit(TransactionExecutionFailed {
            multisig_account,
            executor,
            sequence_number,
            transaction_payload,
            num_approvals,
            execution_error,
        });
    }

    /// Who executes it approves it. Returns the transaction's number, and how many owners approved it.
    fun resolve(executor: address, multisig_account: address): (u64, u64) acquires MultisigAccount {
        let account = borrow_global_mut<MultisigAccount>(multisig_account);
        let transaction = take_next(account);
        let sequence_number = account.last_executed_sequence_number;
        let num_approvals = count_votes(account, &transaction, true);
        if (!has_voted(&transaction, executor, true)) {
            event::emit(Vote { multisig_account, owner: executor, sequence_number, approved: true });
            num_approvals = num_approvals + 1;
        };
        (sequence_number, num_approvals)
    }

    #[test_only]
    public fun validate_for_test(owner: &signer, multisig_account: address, payload: vector<u8>) acquires MultisigAccount {
        validate_multisig_transaction(owner, multisig_account, payload)
    }

    #[test_only]
    public fun succeed_for_test(executor: address, multisig_account: address, payload: vector<u8>) acquires MultisigAccount {
        successful_transaction_execution_cleanup(executor, multisig_account, payload)
    }

    #[test_only]
    public fun fail_for_test(executor: address, multisig_account: address, payload: vector<u8>, code: u64) acquires MultisigAccount {
        failed_transaction_execution_cleanup(executor, multisig_account, payload, ExecutionError {
            abort_location: std::string::utf8(b"0x1::coin"),
            error_type: std::string::utf8(b"MoveAbort"),
            error_code: code,
        })
    }

    #[test_only]
    public fun succeeded_event(
        multisig_account: address, executor: address, sequence_number: u64, transaction_payload: vector<u8>, num_approvals: u64
    ): TransactionExecutionSucceeded {
        TransactionExecutionSucceeded { multisig_account, executor, sequence_number, transaction_payload, num_approvals }
    }

    #[test_only]
    public fun votes_of(transaction: &MultisigTransaction): u64 {
        transaction.votes.length()
    }
}
