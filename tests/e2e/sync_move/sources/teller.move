/// Calls contracts of the EVM and programs of Solana, and works with what they answer. Is locked while it waits.
module teller::teller {
    use std::option::Option;
    use std::string::String;
    use aptos_framework::evm;
    use aptos_framework::svm;
    use teller::book;

    struct Pair has drop { a: u64, b: u64 }

    struct Back has drop { place: vector<u8>, name: vector<u8>, args: vector<u8>, fails: bool }

    struct Empty has drop {}

    /// What the last calls came to.
    struct Seen has key {
        numbers: vector<u64>,
        status: u8,
        data: vector<u8>,
        text: String,
        who: address,
        list: vector<u16>,
        maybe: Option<u8>,
        big: u256,
        yes: bool,
    }

    fun init_module(owner: &signer) {
        move_to(owner, Seen {
            numbers: vector[], status: 99, data: vector[], text: std::string::utf8(b""), who: @0x0, list: vector[],
            maybe: std::option::none(), big: 0, yes: false,
        });
    }

    fun keep(status: u8, data: vector<u8>) acquires Seen {
        let s = borrow_global_mut<Seen>(@teller);
        s.status = status;
        s.data = data;
    }

    #[view]
    public fun seen(): (vector<u64>, u8, vector<u8>, String, address, vector<u16>, Option<u8>, u256, bool) acquires Seen {
        let s = borrow_global<Seen>(@teller);
        (s.numbers, s.status, s.data, s.text, s.who, s.list, s.maybe, s.big, s.yes)
    }

    public fun touch(n: u64): u64 acquires Seen {
        let s = borrow_global_mut<Seen>(@teller);
        s.numbers.push_back(n);
        s.numbers.length()
    }

    /// The sum, computed in the EVM.
    public entry fun add(account: &signer, to: address, a: u64, b: u64) acquires Seen {
        let sum = evm::call<Pair, u64>(account, to, 0, b"add(uint64,uint64)", &Pair { a, b });
        touch(sum);
    }

    /// Results of many types, at once and one by one.
    public entry fun results(account: &signer, to: address) acquires Seen {
        let data = evm::call_raw(account, to, 0, b"results()", &Empty {});
        let (who, text, list, maybe) =
            evm::decode_4<address, String, vector<u16>, Option<u8>>(b"(address,string,uint16[],uint8[])", data);
        let big = evm::call<Empty, u256>(account, to, 0, b"big()(uint256)", &Empty {});
        let yes = evm::call<Empty, bool>(account, to, 0, b"yes()", &Empty {});
        let s = borrow_global_mut<Seen>(@teller);
        s.who = who;
        s.text = text;
        s.list = list;
        s.maybe = maybe;
        s.big = big;
        s.yes = yes;
    }

    /// A result that is no u8.
    public entry fun narrow(account: &signer, to: address) {
        evm::call<Empty, u8>(account, to, 0, b"big()", &Empty {});
    }

    /// A negative number is none of Move's, if its type is told.
    public entry fun negative(account: &signer, to: address) {
        evm::call<Empty, u256>(account, to, 0, b"negative()(int256)", &Empty {});
    }

    public entry fun must_fail(account: &signer, to: address, code: u64) {
        book::write(1);
        evm::call_raw(account, to, 0, b"fail(uint64)", &code);
    }

    public entry fun try_fail(account: &signer, to: address, code: u64) acquires Seen {
        book::write(code);
        let (status, data) = evm::try_call(account, to, 0, b"fail(uint64)", &code);
        keep(status, data);
        book::write(code);
    }

    public entry fun pay(account: &signer, to: address, octas: u64, fails: bool) acquires Seen {
        let (status, data) = evm::try_call(account, to, octas, b"pay(bool)", &fails);
        keep(status, data);
    }

    public entry fun spin(account: &signer, to: address) acquires Seen {
        let (status, data) = evm::try_call(account, to, 0, b"spin()", &Empty {});
        keep(status, data);
        book::write(1);
    }

    /// Asks a contract to call a function of Move's; notes what the book says before and after.
    public entry fun back(account: &signer, to: address, place: vector<u8>, name: vector<u8>, args: vector<u8>, fails: bool)
    acquires Seen {
        let before = book::write(1000);
        let (status, data) =
            evm::try_call(account, to, 0, b"back(bytes,bytes,bytes,bool)", &Back { place, name, args, fails });
        keep(status, data);
        touch(before);
        touch(book::sum());
        touch(book::write(1));
    }

    /// The messenger's own program, which calls back into Move with the alias as its signer.
    public entry fun through_solana(account: &signer, messenger: address, alias: address, data: vector<u8>, flags: u8)
    acquires Seen {
        let metas = vector[svm::account_meta(alias, true, false)];
        let (status, data) = svm::try_invoke_with(account, messenger, 0, metas, data, flags);
        keep(status, data);
    }

    /// A view of the EVM, and what is not one.
    public entry fun look(_account: &signer, to: address) acquires Seen {
        touch(evm::view<Empty, u64>(to, b"paid()", &Empty {}));
        let (status, data) = evm::try_view(to, b"pay(bool)", &false);
        keep(status, data);
    }

    #[view]
    public fun paid(to: address): u64 { evm::view<Empty, u64>(to, b"paid()", &Empty {}) }

    #[view]
    /// Through the EVM back into Move, and nothing is written anywhere.
    public fun look_back(to: address, place: vector<u8>, name: vector<u8>, args: vector<u8>): (u8, vector<u8>) {
        evm::try_view(to, b"back(bytes,bytes,bytes,bool)", &Back { place, name, args, fails: false })
    }

    struct Nest has drop { place: vector<u8>, levels: u64 }

    public entry fun deep(account: &signer, to: address, place: vector<u8>, levels: u64) acquires Seen {
        let (status, data) = evm::try_call(account, to, 0, b"nest(bytes,uint64)", &Nest { place, levels });
        keep(status, data);
    }

    /// Solana's System program moves what the call brings with it.
    public entry fun transfer(account: &signer, alias: address, to: address, lamports: u64, value: u64) acquires Seen {
        let data = x"02000000";
        data.append(std::bcs::to_bytes(&lamports));
        let metas = vector[svm::account_meta(alias, true, true), svm::writable(to)];
        let (status, data) = svm::try_invoke(account, @0x0, value, metas, data);
        keep(status, data);
    }

    public entry fun must_transfer(account: &signer, alias: address, to: address, lamports: u64) {
        let data = x"02000000";
        data.append(std::bcs::to_bytes(&lamports));
        svm::invoke(account, @0x0, 0, vector[svm::account_meta(alias, true, true), svm::writable(to)], data);
    }
}
