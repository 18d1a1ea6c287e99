/// Random numbers for entry functions. They follow from the block's seed, the transaction's hash and a
/// counter, so that everybody who executes the block gets the same. On Tern the seed is the block's
/// PREVRANDAO, which a sequencer chooses: do not use them where the sequencer must not know them.
///
/// Whoever can call a function from another one could abort when the number does not please. Hence
/// only a transaction whose entry function is not public, or is marked `#[randomness]`, gets any.
module aptos_framework::randomness {
    use std::hash;
    use std::option::{Self, Option};
    use aptos_framework::event;
    use aptos_framework::system_addresses;
    use aptos_framework::transaction_context;

    /// In front of what is hashed.
    const DST: vector<u8> = b"APTOS_RANDOMNESS";

    /// The transaction's function is public, so that its result could be tested and thrown away.
    const E_API_USE_IS_BIASIBLE: u64 = 1;

    /// A seed that goes before the block's, where there is one: in unit tests.
    struct PerBlockRandomness has drop, key {
        epoch: u64,
        round: u64,
        seed: Option<vector<u8>>,
    }

    #[event]
    /// Somebody has asked for random numbers.
    struct RandomnessGeneratedEvent has store, drop {}

    public fun initialize(framework: &signer) {
        system_addresses::assert_aptos_framework(framework);
        if (!exists<PerBlockRandomness>(@aptos_framework)) {
            move_to(framework, PerBlockRandomness { epoch: 0, round: 0, seed: option::none() });
        }
    }

    #[test_only]
    public fun initialize_for_testing(framework: &signer) acquires PerBlockRandomness {
        initialize(framework);
        set_seed(x"0000000000000000000000000000000000000000000000000000000000000000");
    }

    #[test_only]
    public fun set_seed(seed: vector<u8>) acquires PerBlockRandomness {
        assert!(seed.length() == 32, 0);
        borrow_global_mut<PerBlockRandomness>(@aptos_framework).seed = option::some(seed);
    }

    fun seed(): vector<u8> acquires PerBlockRandomness {
        if (!exists<PerBlockRandomness>(@aptos_framework)) return block_seed();
        let given = &borrow_global<PerBlockRandomness>(@aptos_framework).seed;
        if (given.is_some()) *given.borrow() else block_seed()
    }

    fun next_32_bytes(): vector<u8> acquires PerBlockRandomness {
        assert!(is_unbiasable(), E_API_USE_IS_BIASIBLE);
        let input = DST;
        input.append(seed());
        input.append(transaction_context::get_transaction_hash());
        input.append(fetch_and_increment_txn_counter());
        hash::sha3_256(input)
    }

    /// `count` bytes of the next 32, the last one first, as a number.
    fun next_integer(count: u64): u256 acquires PerBlockRandomness {
        let bytes = next_32_bytes();
        let value: u256 = 0;
        while (count > 0) {
            value = (value << 8) | (bytes.pop_back() as u256);
            count -= 1;
        };
        value
    }

    fun tell() {
        event::emit(RandomnessGeneratedEvent {});
    }

    /// n bytes: 32 at a time, each 32 in reverse.
    public fun bytes(n: u64): vector<u8> acquires PerBlockRandomness {
        let v = vector[];
        while (v.length() < n) {
            v.reverse_append(next_32_bytes());
        };
        v.trim(n);
        tell();
        v
    }

    public fun u8_integer(): u8 acquires PerBlockRandomness {
        tell();
        (next_integer(1) as u8)
    }

    public fun u16_integer(): u16 acquires PerBlockRandomness {
        tell();
        (next_integer(2) as u16)
    }

    public fun u32_integer(): u32 acquires PerBlockRandomness {
        tell();
        (next_integer(4) as u32)
    }

    public fun u64_integer(): u64 acquires PerBlockRandomness {
        tell();
        (next_integer(8) as u64)
    }

    public fun u128_integer(): u128 acquires PerBlockRandomness {
        tell();
        (next_integer(16) as u128)
    }

    public fun u256_integer(): u256 acquires PerBlockRandomness {
        tell();
        next_integer(32)
    }

    /// A number in [min_incl, max_excl). Of up to 128 bits: 256 random bits modulo the length.
    public fun u8_range(min_incl: u8, max_excl: u8): u8 acquires PerBlockRandomness {
        tell();
        min_incl + (next_below((max_excl - min_incl as u256)) as u8)
    }

    public fun u16_range(min_incl: u16, max_excl: u16): u16 acquires PerBlockRandomness {
        tell();
        min_incl + (next_below((max_excl - min_incl as u256)) as u16)
    }

    public fun u32_range(min_incl: u32, max_excl: u32): u32 acquires PerBlockRandomness {
        tell();
        min_incl + (next_below((max_excl - min_incl as u256)) as u32)
    }

    public fun u64_range(min_incl: u64, max_excl: u64): u64 acquires PerBlockRandomness {
        tell();
        u64_range_internal(min_incl, max_excl)
    }

    /// Without the event.
    public fun u64_range_internal(min_incl: u64, max_excl: u64): u64 acquires PerBlockRandomness {
        min_incl + (next_below((max_excl - min_incl as u256)) as u64)
    }

    public fun u128_range(min_incl: u128, max_excl: u128): u128 acquires PerBlockRandomness {
        tell();
        min_incl + (next_below((max_excl - min_incl as u256)) as u128)
    }

    fun next_below(length: u256): u256 acquires PerBlockRandomness {
        next_integer(32) % length
    }

    /// 512 random bits, the first 256 the lower ones, modulo the length.
    public fun u256_range(min_incl: u256, max_excl: u256): u256 acquires PerBlockRandomness {
        tell();
        let length = max_excl - min_incl;
        let low = next_below(length);
        let sample = next_below(length);
        for (i in 0..256) {
            sample = add_mod(sample, sample, length);
        };
        min_incl + add_mod(sample, low, length)
    }

    /// (a + b) mod m for a, b < m, without overflow.
    fun add_mod(a: u256, b: u256, m: u256): u256 {
        let room = m - b;
        if (a < room) a + b else a - room
    }

    /// The numbers from 0 to n - 1 in random order (Fisher and Yates).
    public fun permutation(n: u64): vector<u64> acquires PerBlockRandomness {
        tell();
        let values = vector[];
        for (i in 0..n) {
            values.push_back(i);
        };
        let left = n;
        while (left > 1) {
            let chosen = u64_range_internal(0, left);
            left -= 1;
            values.swap(chosen, left);
        };
        values
    }

    /// The transaction's counter, 8 bytes, little-endian, before it is counted up.
    native fun fetch_and_increment_txn_counter(): vector<u8>;

    native fun is_unbiasable(): bool;

    native fun block_seed(): vector<u8>;
}
