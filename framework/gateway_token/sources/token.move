/// What the gateway publishes for a token that is at home in another machine, at the address that is the token's id. Its
/// bytecode is in 0x1::tern_gateway, with the address to be filled in.
module tern_token::token {
    use aptos_framework::tern_gateway;

    /// The type of its coins.
    struct Token {}

    fun init_module(account: &signer) {
        tern_gateway::initialize<Token>(account);
    }
}
