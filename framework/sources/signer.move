/// The authority of an account, as the machine hands it to a transaction.
module std::signer {
    /// The address that this is the authority of.
    native public fun borrow_address(account: &signer): &address;

    /// The address that this is the authority of.
    public fun address_of(account: &signer): address {
        *borrow_address(account)
    }
}
