/// Calls of contracts in the EVM with arguments of every kind, and calls back.
module crossing::caller {
    use std::option::{Self, Option};
    use std::string::{Self, String};
    use framework::evm;

    struct Primitives has copy, drop {
        a: u8,
        b: u16,
        c: u32,
        d: u64,
        e: u128,
        f: u256,
        g: bool,
        h: address,
    }

    struct Inner has copy, drop {
        flag: bool,
        text: String,
    }

    struct Middle has copy, drop {
        number: u64,
        inner: Inner,
    }

    struct Nested has copy, drop {
        middle: Middle,
        numbers: vector<u256>,
        texts: vector<String>,
        bytes: vector<u8>,
        list: vector<Inner>,
        maybe: Option<u64>,
    }

    struct Two has copy, drop {
        n: u64,
        square: u128,
    }

    public entry fun send_number(account: &signer, to: address, n: u64) {
        evm::evm(account, to, b"number(uint64)", &n);
    }

    /// A u8 may go where the contract takes a wider number.
    public entry fun send_widened(account: &signer, to: address, n: u8) {
        evm::evm(account, to, b"wide(uint256)", &n);
    }

    public entry fun send_text(account: &signer, to: address, text: String) {
        evm::evm(account, to, b"text(string)", &text);
    }

    public entry fun send_bytes(account: &signer, to: address, bytes: vector<u8>) {
        evm::evm(account, to, b"data(bytes)", &bytes);
    }

    public entry fun send_address(account: &signer, to: address, who: address) {
        evm::evm(account, to, b"who(address)", &who);
    }

    public entry fun send_primitives(
        account: &signer, to: address, a: u8, b: u16, c: u32, d: u64, e: u128, f: u256, g: bool, h: address
    ) {
        evm::evm(
            account,
            to,
            b"primitives(uint8,uint16,uint32,uint64,uint128,uint256,bool,address)",
            &Primitives { a, b, c, d, e, f, g, h }
        );
    }

    public entry fun send_nested(account: &signer, to: address, number: u64, text: String, bytes: vector<u8>) {
        let value = Nested {
            middle: Middle { number, inner: Inner { flag: true, text } },
            numbers: vector[1, 1 << 255],
            texts: vector[string::utf8(b""), text],
            bytes,
            list: vector[Inner { flag: false, text: string::utf8(b"one") }, Inner { flag: true, text }],
            maybe: option::some(number)
        };
        evm::evm(
            account,
            to,
            b"nested((uint64,(bool,string)),uint256[],string[],bytes,(bool,string)[],uint64[])",
            &value
        );
    }

    /// The signature does not fit the value: aborts here, nothing is sent.
    public entry fun send_misfit(account: &signer, to: address) {
        evm::evm(account, to, b"number(uint8)", &300u64);
    }

    public entry fun send_wrong_shape(account: &signer, to: address) {
        evm::evm(account, to, b"number(string)", &Two { n: 1, square: 1 });
    }

    public entry fun send_malformed_signature(account: &signer, to: address) {
        evm::evm(account, to, b"number(uint64", &1u64);
    }

    /// Any signature with one number: what a test asks for.
    public entry fun send_to(account: &signer, to: address, fn_abi: vector<u8>, n: u64) {
        evm::evm(account, to, fn_abi, &n);
    }

    public entry fun send_three(account: &signer, to: address) {
        evm::evm(account, to, b"number(uint64)", &1u64);
        evm::evm(account, to, b"number(uint64)", &2u64);
        evm::evm(account, to, b"number(uint64)", &3u64);
    }

    /// Sends and then aborts: nothing may run.
    public entry fun send_and_abort(account: &signer, to: address) {
        evm::evm(account, to, b"number(uint64)", &99u64);
        abort 7
    }

    /// Called from the EVM: computes, and sends the result to `reply_to`.
    public fun square(from: &signer, n: u64, reply_to: address) {
        evm::evm(from, reply_to, b"onSquare(uint64,uint128)", &Two { n, square: (n as u128) * (n as u128) });
    }

    /// Called from the EVM: each generation starts the next one by the contract's `again`.
    public fun again(from: &signer, n: u64, reply_to: address) {
        evm::evm(from, reply_to, b"again(uint64)", &(n + 1));
    }

    #[view]
    public fun alias_of_evm(a: address): address { evm::alias_of_evm(a) }

    #[view]
    public fun alias_of_move(a: address): address { evm::alias_of_move(a) }

    #[view]
    public fun home_of(a: address): (u8, address) { evm::home_of(a) }
}
