/// Publishing packages: who owns which, and under which policy it may change.
module aptos_framework::code {
    use std::error;
    use std::option::Option;
    use std::signer;
    use std::string::String;
    use std::vector;
    use aptos_framework::event;
    use aptos_framework::system_addresses;
    use aptos_std::copyable_any::Any;
    use aptos_std::from_bcs;

    struct PackageRegistry has key, store, drop {
        packages: vector<PackageMetadata>,
    }

    struct PackageMetadata has copy, drop, store {
        name: String,
        upgrade_policy: UpgradePolicy,
        upgrade_number: u64,
        source_digest: String,
        manifest: vector<u8>,
        modules: vector<ModuleMetadata>,
        deps: vector<PackageDep>,
        extension: Option<Any>
    }

    struct PackageDep has store, drop, copy {
        account: address,
        package_name: String
    }

    struct ModuleMetadata has copy, drop, store {
        name: String,
        source: vector<u8>,
        source_map: vector<u8>,
        extension: Option<Any>,
    }

    struct UpgradePolicy has store, copy, drop {
        policy: u8
    }

    #[event]
    struct PublishPackage has drop, store {
        code_address: address,
        is_upgrade: bool,
    }

    /// A module of this name is in another package of the account.
    const EMODULE_NAME_CLASH: u64 = 0x1;
    /// An immutable package cannot be upgraded.
    const EUPGRADE_IMMUTABLE: u64 = 0x2;
    /// The policy of a package cannot become weaker.
    const EUPGRADE_WEAKER_POLICY: u64 = 0x3;
    /// An upgrade may not leave out a module.
    const EMODULE_MISSING: u64 = 0x4;
    /// A dependency is not published.
    const EPACKAGE_DEP_MISSING: u64 = 0x5;
    /// A dependency has a weaker policy.
    const EDEP_WEAKER_POLICY: u64 = 0x6;
    /// The policy `arbitrary` is not allowed.
    const EINCOMPATIBLE_POLICY_DISABLED: u64 = 0x8;

    public fun upgrade_policy_arbitrary(): UpgradePolicy { UpgradePolicy { policy: 0 } }
    public fun upgrade_policy_compat(): UpgradePolicy { UpgradePolicy { policy: 1 } }
    public fun upgrade_policy_immutable(): UpgradePolicy { UpgradePolicy { policy: 2 } }

    public fun can_change_upgrade_policy_to(from: UpgradePolicy, to: UpgradePolicy): bool {
        from.policy <= to.policy
    }

    public entry fun publish_package_txn(
        owner: &signer, metadata_serialized: vector<u8>, code: vector<vector<u8>>
    ) acquires PackageRegistry {
        publish_package(owner, from_bcs::from_bytes<PackageMetadata>(metadata_serialized), code)
    }

    public fun publish_package(
        owner: &signer, pack: PackageMetadata, code: vector<vector<u8>>
    ) acquires PackageRegistry {
        assert!(
            pack.upgrade_policy.policy > upgrade_policy_arbitrary().policy,
            error::invalid_argument(EINCOMPATIBLE_POLICY_DISABLED)
        );
        let addr = signer::address_of(owner);
        if (!exists<PackageRegistry>(addr)) move_to(owner, PackageRegistry { packages: vector::empty() });
        check_dependencies(addr, &pack);
        let module_names = get_module_names(&pack);
        let packages = &mut borrow_global_mut<PackageRegistry>(addr).packages;
        let n = vector::length(packages);
        let index = n;
        let i = 0;
        while (i < n) {
            let old = vector::borrow(packages, i);
            if (old.name == pack.name) {
                check_upgradability(old, &pack, &module_names);
                pack.upgrade_number = old.upgrade_number + 1;
                index = i;
            } else {
                check_coexistence(old, &module_names);
            };
            i = i + 1;
        };
        let is_upgrade = index < n;
        if (!is_upgrade) pack.upgrade_number = 0;
        let policy = pack.upgrade_policy;
        if (is_upgrade) *vector::borrow_mut(packages, index) = pack else vector::push_back(packages, pack);
        event::emit(PublishPackage { code_address: addr, is_upgrade });
        request_publish(addr, module_names, code, policy.policy)
    }

    fun get_module_names(pack: &PackageMetadata): vector<String> {
        let names = vector::empty();
        let i = 0;
        let n = vector::length(&pack.modules);
        while (i < n) {
            vector::push_back(&mut names, vector::borrow(&pack.modules, i).name);
            i = i + 1;
        };
        names
    }

    fun check_upgradability(old_pack: &PackageMetadata, new_pack: &PackageMetadata, new_modules: &vector<String>) {
        assert!(
            old_pack.upgrade_policy.policy < upgrade_policy_immutable().policy,
            error::invalid_argument(EUPGRADE_IMMUTABLE)
        );
        assert!(
            can_change_upgrade_policy_to(old_pack.upgrade_policy, new_pack.upgrade_policy),
            error::invalid_argument(EUPGRADE_WEAKER_POLICY)
        );
        let old_modules = get_module_names(old_pack);
        let i = 0;
        let n = vector::length(&old_modules);
        while (i < n) {
            assert!(vector::contains(new_modules, vector::borrow(&old_modules, i)), EMODULE_MISSING);
            i = i + 1;
        }
    }

    fun check_coexistence(old_pack: &PackageMetadata, new_modules: &vector<String>) {
        let i = 0;
        let n = vector::length(&old_pack.modules);
        while (i < n) {
            let name = &vector::borrow(&old_pack.modules, i).name;
            assert!(!vector::contains(new_modules, name), error::already_exists(EMODULE_NAME_CLASH));
            i = i + 1;
        }
    }

    /// The framework has no registry: packages may name it as they like.
    fun check_dependencies(_publisher: address, pack: &PackageMetadata) acquires PackageRegistry {
        let i = 0;
        let n = vector::length(&pack.deps);
        while (i < n) {
            let dep = vector::borrow(&pack.deps, i);
            if (!system_addresses::is_framework_reserved_address(dep.account)) {
                assert!(exists<PackageRegistry>(dep.account), error::not_found(EPACKAGE_DEP_MISSING));
                check_dependency(&borrow_global<PackageRegistry>(dep.account).packages, dep, pack.upgrade_policy);
            };
            i = i + 1;
        }
    }

    fun check_dependency(packages: &vector<PackageMetadata>, dep: &PackageDep, policy: UpgradePolicy) {
        let i = 0;
        let n = vector::length(packages);
        while (i < n) {
            let candidate = vector::borrow(packages, i);
            if (candidate.name == dep.package_name) {
                assert!(
                    candidate.upgrade_policy.policy >= policy.policy,
                    error::invalid_argument(EDEP_WEAKER_POLICY)
                );
                return
            };
            i = i + 1;
        };
        abort error::not_found(EPACKAGE_DEP_MISSING)
    }

    /// Asks the machine to publish the bundle at the end of this transaction.
    native fun request_publish(
        owner: address, expected_modules: vector<String>, bundle: vector<vector<u8>>, policy: u8
    );
}
