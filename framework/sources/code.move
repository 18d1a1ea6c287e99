/// Publishing packages: who owns which, and under which policy it may change.
module aptos_framework::code {
    use std::error;
    use std::option::Option;
    use std::signer;
    use std::string::String;
    use std::vector;
    use aptos_framework::event;
    use aptos_framework::object::{Self, Object};
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

    struct CodePublishingPermission has copy, drop, store {}

    /// A module that a package may use; with an empty name all modules of the account.
    struct AllowedDep has drop {
        account: address,
        module_name: String,
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
    /// A dependency with the policy `arbitrary` is at another address.
    const EDEP_ARBITRARY_NOT_SAME_ADDRESS: u64 = 0x7;
    /// The policy `arbitrary` is not allowed.
    const EINCOMPATIBLE_POLICY_DISABLED: u64 = 0x8;
    /// The account does not own the object.
    const ENOT_PACKAGE_OWNER: u64 = 0x9;
    /// There is no such object with code.
    const ECODE_OBJECT_DOES_NOT_EXIST: u64 = 0xA;
    /// Signers here have all permissions of their account.
    const ENO_CODE_PERMISSION: u64 = 0xB;

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
        let allowed_deps = check_dependencies(addr, &pack);
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
        request_publish_with_allowed_deps(addr, module_names, allowed_deps, code, policy.policy)
    }

    /// Makes all packages of the object immutable, if what they use is.
    public fun freeze_code_object(
        publisher: &signer, code_object: Object<PackageRegistry>
    ) acquires PackageRegistry {
        let addr = object::object_address(&code_object);
        assert!(exists<PackageRegistry>(addr), error::not_found(ECODE_OBJECT_DOES_NOT_EXIST));
        assert!(
            object::is_owner(code_object, signer::address_of(publisher)),
            error::permission_denied(ENOT_PACKAGE_OWNER)
        );
        let packages = &mut borrow_global_mut<PackageRegistry>(addr).packages;
        vector::for_each_mut(packages, |pack| {
            let pack: &mut PackageMetadata = pack;
            pack.upgrade_policy = upgrade_policy_immutable();
        });
        vector::for_each(*packages, |pack| {
            check_dependencies(addr, &pack);
        });
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

    /// What the package may use by what it names. The chain's own packages have no registry: each may be used.
    fun check_dependencies(
        publisher: address, pack: &PackageMetadata
    ): vector<AllowedDep> acquires PackageRegistry {
        let allowed = vector::empty();
        let i = 0;
        let n = vector::length(&pack.deps);
        while (i < n) {
            let dep = vector::borrow(&pack.deps, i);
            if (!system_addresses::is_framework_reserved_address(dep.account)) {
                assert!(exists<PackageRegistry>(dep.account), error::not_found(EPACKAGE_DEP_MISSING));
                let used = find_package(&borrow_global<PackageRegistry>(dep.account).packages, &dep.package_name);
                check_dependency(publisher, dep.account, used, pack.upgrade_policy);
                vector::for_each(get_module_names(used), |module_name| {
                    vector::push_back(&mut allowed, AllowedDep { account: dep.account, module_name })
                });
            };
            i = i + 1;
        };
        allowed
    }

    fun find_package(packages: &vector<PackageMetadata>, name: &String): &PackageMetadata {
        let (found, i) = vector::find(packages, |pack| {
            let pack: &PackageMetadata = pack;
            &pack.name == name
        });
        assert!(found, error::not_found(EPACKAGE_DEP_MISSING));
        vector::borrow(packages, i)
    }

    fun check_dependency(publisher: address, account: address, used: &PackageMetadata, policy: UpgradePolicy) {
        assert!(used.upgrade_policy.policy >= policy.policy, error::invalid_argument(EDEP_WEAKER_POLICY));
        assert!(
            used.upgrade_policy != upgrade_policy_arbitrary() || account == publisher,
            error::invalid_argument(EDEP_ARBITRARY_NOT_SAME_ADDRESS)
        );
    }

    public fun grant_permission(_master: &signer, _permissioned_signer: &signer) {
        abort error::unavailable(ENO_CODE_PERMISSION)
    }

    /// Asks the machine to publish the bundle at the end of this transaction. Its modules may use each other, those of
    /// the chain's own addresses, and those in `allowed_deps`.
    native fun request_publish_with_allowed_deps(
        owner: address, expected_modules: vector<String>, allowed_deps: vector<AllowedDep>,
        bundle: vector<vector<u8>>, policy: u8
    );
}
