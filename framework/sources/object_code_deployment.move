/// Packages under objects: whoever owns the object may upgrade or freeze the code.
module aptos_framework::object_code_deployment {
    use std::bcs;
    use std::error;
    use std::signer;
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::code::{Self, PackageRegistry};
    use aptos_framework::event;
    use aptos_framework::object::{Self, ExtendRef, Object};

    /// Publishing under objects is off.
    const EOBJECT_CODE_DEPLOYMENT_NOT_SUPPORTED: u64 = 1;
    /// The account does not own the object.
    const ENOT_CODE_OBJECT_OWNER: u64 = 2;
    /// There is no such object with code.
    const ECODE_OBJECT_DOES_NOT_EXIST: u64 = 3;
    /// Signers here have all permissions of their account.
    const ENO_CODE_PERMISSION: u64 = 4;

    const OBJECT_CODE_DEPLOYMENT_DOMAIN_SEPARATOR: vector<u8> = b"aptos_framework::object_code_deployment";

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct ManagingRefs has key {
        extend_ref: ExtendRef,
    }

    #[event]
    struct Publish has drop, store {
        object_address: address,
    }

    #[event]
    struct Upgrade has drop, store {
        object_address: address,
    }

    #[event]
    struct Freeze has drop, store {
        object_address: address,
    }

    /// The object's address follows from the publisher and the sequence number that he will have next.
    public entry fun publish(publisher: &signer, metadata_serialized: vector<u8>, code: vector<vector<u8>>) {
        let next = account::get_sequence_number(signer::address_of(publisher)) + 1;
        let seed = bcs::to_bytes(&OBJECT_CODE_DEPLOYMENT_DOMAIN_SEPARATOR);
        vector::append(&mut seed, bcs::to_bytes(&next));
        let constructor_ref = &object::create_named_object(publisher, seed);
        let code_signer = &object::generate_signer(constructor_ref);
        code::publish_package_txn(code_signer, metadata_serialized, code);
        event::emit(Publish { object_address: signer::address_of(code_signer) });
        move_to(code_signer, ManagingRefs { extend_ref: object::generate_extend_ref(constructor_ref) });
    }

    public entry fun upgrade(
        publisher: &signer, metadata_serialized: vector<u8>, code: vector<vector<u8>>,
        code_object: Object<PackageRegistry>
    ) acquires ManagingRefs {
        let code_signer = &get_code_object_signer(publisher, code_object);
        code::publish_package_txn(code_signer, metadata_serialized, code);
        event::emit(Upgrade { object_address: signer::address_of(code_signer) });
    }

    /// Makes the object's packages immutable.
    public entry fun freeze_code_object(publisher: &signer, code_object: Object<PackageRegistry>) {
        code::freeze_code_object(publisher, code_object);
        event::emit(Freeze { object_address: object::object_address(&code_object) });
    }

    public fun get_code_object_signer(
        publisher: &signer, code_object: Object<PackageRegistry>
    ): signer acquires ManagingRefs {
        assert!(
            object::is_owner(code_object, signer::address_of(publisher)),
            error::permission_denied(ENOT_CODE_OBJECT_OWNER)
        );
        let at = object::object_address(&code_object);
        assert!(exists<ManagingRefs>(at), error::not_found(ECODE_OBJECT_DOES_NOT_EXIST));
        object::generate_signer_for_extending(&borrow_global<ManagingRefs>(at).extend_ref)
    }
}
