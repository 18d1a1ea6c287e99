#[test_only]
module aptos_framework::chain_tests {
    use std::bcs;
    use std::guid;
    use std::signer;
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::block;
    use aptos_framework::chain_id;
    use aptos_framework::chain_status;
    use aptos_framework::event;
    use aptos_framework::genesis;
    use aptos_framework::randomness;
    use aptos_framework::resource_account;
    use aptos_framework::system_addresses;
    use aptos_framework::timestamp;
    use aptos_framework::transaction_context;
    use aptos_framework::util;

    struct Happened has drop, store {
        n: u64,
    }

    struct Handles has key {
        handle: event::EventHandle<Happened>,
    }

    #[test]
    fun block_0() {
        genesis::setup();
        assert!(chain_status::is_operating() && !chain_status::is_genesis() && chain_id::get() == 4, 0);
        chain_status::assert_operating();
        assert!(account::exists_at(@0x1), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x30001, location = aptos_framework::chain_status)]
    fun not_genesis_any_more() {
        genesis::setup();
        chain_status::assert_genesis();
    }

    #[test(fx = @0x1, vm = @0x0, core = @0xa550c18)]
    fun addresses(fx: &signer, vm: &signer, core: &signer) {
        system_addresses::assert_aptos_framework(fx);
        system_addresses::assert_framework_reserved_address(fx);
        system_addresses::assert_framework_reserved(@0xa);
        system_addresses::assert_vm(vm);
        system_addresses::assert_core_resource(core);
        assert!(system_addresses::is_vm(vm) && system_addresses::is_reserved_address(@0x1), 0);
        assert!(system_addresses::is_reserved_address(@0x0) && !system_addresses::is_reserved_address(@0x2), 0);
        assert!(!system_addresses::is_framework_reserved_address(@0xb), 0);
        assert!(util::address_from_bytes(bcs::to_bytes(&@0x12)) == @0x12, 0);
    }

    #[test(other = @0x5)]
    #[expected_failure(abort_code = 0x50002, location = aptos_framework::system_addresses)]
    fun not_the_machine(other: &signer) {
        system_addresses::assert_vm(other);
    }

    #[test(fx = @0x1)]
    fun time_and_height(fx: &signer) {
        timestamp::set_time_has_started_for_testing(fx);
        timestamp::update_global_time_for_test_secs(100);
        timestamp::set_time_has_started_for_testing(fx);
        timestamp::fast_forward_seconds(23);
        assert!(timestamp::now_seconds() == 123 && timestamp::now_microseconds() == 123000000, 0);
        block::initialize_for_test(fx, 1);
        assert!(block::get_current_block_height() == 0, 0);
    }

    #[test(a = @0xa1)]
    fun accounts(a: &signer) {
        account::create_account_if_does_not_exist(@0xa1);
        account::create_account_if_does_not_exist(@0xa1);
        assert!(account::exists_at(@0xa1) && account::get_sequence_number(@0xa1) == 0, 0);
        assert!(account::get_authentication_key(@0xa1) == bcs::to_bytes(&@0xa1), 0);
        let before = account::get_guid_next_creation_num(@0xa1);
        let id = account::create_guid(a);
        assert!(guid::creation_num(&id) == before && guid::creator_address(&id) == @0xa1, 0);
        assert!(guid::eq_id(&id, &guid::create_id(@0xa1, before)) && guid::id_creator_address(&guid::id(&id)) == @0xa1, 0);
        assert!(account::get_guid_next_creation_num(@0xa1) == before + 1, 0);
    }

    #[test(a = @0xa1)]
    fun events(a: &signer) {
        account::create_account_for_test(@0xa1);
        let handle = account::new_event_handle<Happened>(a);
        event::emit_event(&mut handle, Happened { n: 1 });
        event::emit_event(&mut handle, Happened { n: 2 });
        assert!(event::counter(&handle) == 2 && guid::creator_address(event::guid(&handle)) == @0xa1, 0);
        move_to(a, Handles { handle });
        let other = account::new_event_handle<Happened>(a);
        event::destroy_handle(other);
    }

    #[test(a = @0xa1)]
    fun resource_accounts(a: &signer) {
        account::create_account_for_test(@0xa1);
        let (resource, cap) = account::create_resource_account(a, b"seed");
        let addr = signer::address_of(&resource);
        assert!(addr == account::create_resource_address(&@0xa1, b"seed"), 0);
        assert!(account::get_signer_capability_address(&cap) == addr, 0);
        assert!(signer::address_of(&account::create_signer_with_capability(&cap)) == addr, 0);
        assert!(account::get_authentication_key(addr) == x"0000000000000000000000000000000000000000000000000000000000000000", 0);
        assert!(account::get_signer_capability_offer_for(addr) == addr, 0);
    }

    #[test(a = @0xa1)]
    #[expected_failure(abort_code = 0x8000f, location = aptos_framework::account)]
    fun resource_account_twice(a: &signer) {
        account::create_resource_account(a, b"seed");
        account::create_resource_account(a, b"seed");
    }

    #[test(a = @0xa1)]
    fun capability_of_a_resource_account(a: &signer) {
        genesis::setup();
        account::create_account_for_test(@0xa1);
        resource_account::create_resource_account(a, b"seed", vector[]);
        let addr = account::create_resource_address(&@0xa1, b"seed");
        let cap = resource_account::retrieve_resource_account_cap(&account::create_signer_for_test(addr), @0xa1);
        assert!(account::get_signer_capability_address(&cap) == addr, 0);
    }

    #[test]
    fun unique_addresses() {
        let a = transaction_context::generate_auid_address();
        let b = transaction_context::generate_auid();
        assert!(a != transaction_context::auid_address(&b), 0);
        assert!(transaction_context::get_script_hash() == vector[], 0);
        let first = transaction_context::monotonically_increasing_counter();
        assert!(first < transaction_context::monotonically_increasing_counter(), 0);
        assert!(!transaction_context::is_encrypted_txn(), 0);
    }

    #[test(fx = @0x1)]
    fun random_numbers(fx: &signer) {
        randomness::initialize_for_testing(fx);
        let bytes = randomness::bytes(70);
        assert!(bytes.length() == 70 && randomness::bytes(0).is_empty() && randomness::bytes(32) != randomness::bytes(32), 0);
        for (i in 0..20) {
            let n = randomness::u64_range(10, 13);
            assert!(n >= 10 && n < 13, 0);
            let n = randomness::u8_range(250, 255);
            assert!(n >= 250 && n < 255, 0);
            let n = randomness::u256_range(1 << 200, (1 << 200) + 5);
            assert!(n >> 200 == 1 && n - (1 << 200) < 5, 0);
        };
        assert!(randomness::u16_range(5, 6) == 5 && randomness::u32_range(5, 6) == 5 && randomness::u128_range(5, 6) == 5, 0);
        let p = randomness::permutation(50);
        for (i in 0..50) assert!(p.contains(&i), 0);
        assert!(p.length() == 50 && p != vector::range(0, 50) && randomness::permutation(0).is_empty(), 0);
        assert!(randomness::u64_integer() != randomness::u64_integer(), 0);
        assert!(randomness::u128_integer() != randomness::u128_integer(), 0);
        assert!(randomness::u256_integer() != randomness::u256_integer(), 0);
        randomness::u8_integer();
        randomness::u16_integer();
        randomness::u32_integer();
    }

    #[test(fx = @0x1)]
    #[expected_failure(arithmetic_error, location = aptos_framework::randomness)]
    fun random_number_of_nothing(fx: &signer) {
        randomness::initialize_for_testing(fx);
        randomness::u64_range(5, 5);
    }

    #[test(fx = @0x1)]
    fun random_numbers_follow_from_the_seed(fx: &signer) {
        randomness::initialize_for_testing(fx);
        randomness::set_seed(x"0000000000000000000000000000000000000000000000000000000000000001");
        // By the definition: the last bytes of the hash first.
        let input = b"APTOS_RANDOMNESS";
        input.append(x"0000000000000000000000000000000000000000000000000000000000000001");
        input.append(transaction_context::get_transaction_hash());
        input.append(x"0000000000000000");
        let hash = std::hash::sha3_256(input);
        let expected = ((*hash.borrow(31) as u16) << 8) + (*hash.borrow(30) as u16);
        assert!(randomness::u16_integer() == expected, 0);
    }
}
