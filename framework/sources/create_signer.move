/// The one way to a signer of an address whose key is not at hand; for the framework only.
module aptos_framework::create_signer {
    friend aptos_framework::account;
    friend aptos_framework::aptos_account;
    friend aptos_framework::coin;
    friend aptos_framework::fungible_asset;
    friend aptos_framework::genesis;
    friend aptos_framework::multisig_account;
    friend aptos_framework::object;
    friend aptos_framework::tern_gateway;

    native public(friend) fun create_signer(addr: address): signer;
}
