/// Rights that a module hands out. The module proves with a witness, a value of a type that only it
/// can make, that it agrees; `Feature` is that type. Who created the capability may delegate it.
module aptos_std::capability {
    use std::error;
    use std::signer;

    /// The account has the capability already.
    const ECAPABILITY_ALREADY_EXISTS: u64 = 1;
    /// The account has no such capability.
    const ECAPABILITY_NOT_FOUND: u64 = 2;
    /// What the account was delegated has been revoked.
    const EDELEGATE: u64 = 3;

    /// The right, for the length of a transaction.
    struct Cap<phantom Feature> has copy, drop {
        root: address
    }

    /// The same, to be used up once.
    struct LinearCap<phantom Feature> has drop {
        root: address
    }

    /// With its creator: to whom it is delegated.
    struct CapState<phantom Feature> has key {
        delegates: vector<address>
    }

    /// With a delegate: whose it is.
    struct CapDelegateState<phantom Feature> has key {
        root: address
    }

    public fun create<Feature>(owner: &signer, _feature_witness: &Feature) {
        assert!(
            !exists<CapState<Feature>>(signer::address_of(owner)), error::already_exists(ECAPABILITY_ALREADY_EXISTS)
        );
        move_to(owner, CapState<Feature> { delegates: vector[] });
    }

    public fun acquire<Feature>(
        requester: &signer, _feature_witness: &Feature
    ): Cap<Feature> acquires CapState, CapDelegateState {
        Cap { root: find_root<Feature>(signer::address_of(requester)) }
    }

    public fun acquire_linear<Feature>(
        requester: &signer, _feature_witness: &Feature
    ): LinearCap<Feature> acquires CapState, CapDelegateState {
        LinearCap { root: find_root<Feature>(signer::address_of(requester)) }
    }

    fun find_root<Feature>(addr: address): address acquires CapState, CapDelegateState {
        if (!exists<CapDelegateState<Feature>>(addr)) {
            assert!(exists<CapState<Feature>>(addr), error::not_found(ECAPABILITY_NOT_FOUND));
            return addr
        };
        let root = borrow_global<CapDelegateState<Feature>>(addr).root;
        assert!(
            exists<CapState<Feature>>(root) && borrow_global<CapState<Feature>>(root).delegates.contains(&addr),
            error::invalid_state(EDELEGATE)
        );
        root
    }

    /// Who created the capability.
    public fun root_addr<Feature>(self: Cap<Feature>, _feature_witness: &Feature): address {
        self.root
    }

    public fun linear_root_addr<Feature>(self: LinearCap<Feature>, _feature_witness: &Feature): address {
        self.root
    }

    /// Gives the capability to another account as well; one that is a delegate already stays as it is.
    public fun delegate<Feature>(
        self: Cap<Feature>, _feature_witness: &Feature, to: &signer
    ) acquires CapState {
        let addr = signer::address_of(to);
        if (exists<CapDelegateState<Feature>>(addr)) return;
        move_to(to, CapDelegateState<Feature> { root: self.root });
        let delegates = &mut borrow_global_mut<CapState<Feature>>(self.root).delegates;
        if (!delegates.contains(&addr)) delegates.push_back(addr);
    }

    /// Takes it away again; nothing happens if the account is no delegate.
    public fun revoke<Feature>(
        self: Cap<Feature>, _feature_witness: &Feature, from: address
    ) acquires CapState, CapDelegateState {
        if (!exists<CapDelegateState<Feature>>(from)) return;
        let CapDelegateState<Feature> { root: _ } = move_from<CapDelegateState<Feature>>(from);
        borrow_global_mut<CapState<Feature>>(self.root).delegates.remove_value(&from);
    }
}
