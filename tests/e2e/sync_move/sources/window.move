/// Can be entered again while it waits: its publisher says so in Move.toml.
module teller::window {
    use aptos_framework::evm;

    struct Window has key { count: u64, parts: vector<u64> }

    struct Back has drop { place: vector<u8>, name: vector<u8>, args: vector<u8>, fails: bool }

    struct Nest has drop { place: vector<u8>, levels: u64 }

    fun init_module(owner: &signer) {
        move_to(owner, Window { count: 0, parts: vector[1, 2] });
    }

    public fun count_up(n: u64): u64 acquires Window {
        let w = borrow_global_mut<Window>(@teller);
        w.count += n;
        w.count
    }

    #[view]
    public fun count(): u64 acquires Window { borrow_global<Window>(@teller).count }

    public entry fun enter(account: &signer, to: address, place: vector<u8>, name: vector<u8>, args: vector<u8>)
    acquires Window {
        count_up(1);
        evm::call_raw(account, to, 0, b"back(bytes,bytes,bytes,bool)", &Back { place, name, args, fails: false });
        count_up(count() * 100);
    }

    /// With a reference into its own resource.
    public entry fun enter_holding(account: &signer, to: address, place: vector<u8>, name: vector<u8>, args: vector<u8>)
    acquires Window {
        let part = borrow_global_mut<Window>(@teller).parts.borrow_mut(0);
        evm::call_raw(account, to, 0, b"back(bytes,bytes,bytes,bool)", &Back { place, name, args, fails: false });
        *part += 1;
    }

    /// Each level is two crossings: to the EVM and back.
    public fun nest(account: &signer, to: address, place: vector<u8>, levels: u64): u64 {
        if (levels == 0) return 0;
        evm::call<Nest, u64>(account, to, 0, b"nest(bytes,uint64)", &Nest { place, levels }) + 1
    }
}
