/// Listings of tokens for coins. The module has been retired: its functions are there to link, and abort.
module aptos_token::token_coin_swap {
    use std::error;
    use std::string::String;
    use aptos_token::token::{Token, TokenId};

    /// Nothing is done here any more.
    const EDEPRECATED_MODULE: u64 = 8;

    public fun does_listing_exist<CoinType>(_token_owner: address, _token_id: TokenId): bool {
        abort error::invalid_argument(EDEPRECATED_MODULE)
    }

    public fun exchange_coin_for_token<CoinType>(
        _coin_owner: &signer, _coin_amount: u64, _token_owner: address, _creators_address: address,
        _collection: String, _name: String, _property_version: u64, _token_amount: u64
    ) {
        abort error::invalid_argument(EDEPRECATED_MODULE)
    }

    public entry fun list_token_for_swap<CoinType>(
        _token_owner: &signer, _creators_address: address, _collection: String, _name: String,
        _property_version: u64, _token_amount: u64, _min_coin_per_token: u64, _locked_until_secs: u64
    ) {
        abort error::invalid_argument(EDEPRECATED_MODULE)
    }

    public fun deposit_token_to_escrow(
        _token_owner: &signer, _token_id: TokenId, _tokens: Token, _locked_until_secs: u64
    ) {
        abort error::invalid_argument(EDEPRECATED_MODULE)
    }

    public fun withdraw_token_from_escrow(_token_owner: &signer, _token_id: TokenId, _amount: u64): Token {
        abort error::invalid_argument(EDEPRECATED_MODULE)
    }

    public fun cancel_token_listing<CoinType>(_token_owner: &signer, _token_id: TokenId, _token_amount: u64) {
        abort error::invalid_argument(EDEPRECATED_MODULE)
    }
}
