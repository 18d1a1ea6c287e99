/// Pets: digital assets whose objects carry a resource of ours. The package lives under an object; the collection is the
/// object's too, so that whoever owns the code issues the pets.
module pets::pets {
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use aptos_framework::event;
    use aptos_framework::object::{Self, ExtendRef, Object, TransferRef};
    use aptos_token_objects::collection;
    use aptos_token_objects::property_map;
    use aptos_token_objects::royalty;
    use aptos_token_objects::token;

    /// The pet belongs to another.
    const ENOT_OWNER: u64 = 1;
    /// Only whom the issuer lets may do that.
    const ENOT_ISSUER: u64 = 2;
    /// The pet is not old enough to leave.
    const ETOO_YOUNG: u64 = 3;

    const COLLECTION: vector<u8> = b"Pets";
    const GROWN_UP: u64 = 3;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct Pet has key {
        meals: u64,
        parent: Option<address>,
        mutator: token::MutatorRef,
        burner: token::BurnRef,
        transfer: TransferRef,
        properties: property_map::MutatorRef,
    }

    struct Issuer has key {
        extend: ExtendRef,
        keeper: address,
    }

    #[event]
    struct Born has drop, store {
        pet: Object<Pet>,
        owner: address,
    }

    fun init_module(code: &signer) {
        let ref = &object::create_named_object(code, b"issuer");
        let issuer = &object::generate_signer(ref);
        collection::create_fixed_collection(
            issuer,
            string::utf8(b"Pets that grow"),
            3,
            string::utf8(COLLECTION),
            option::some(royalty::create(5, 100, signer::address_of(code))),
            string::utf8(b"https://pets")
        );
        move_to(code, Issuer { extend: object::generate_extend_ref(ref), keeper: @0x0 });
    }

    /// Whoever comes first keeps the shop.
    public entry fun open_shop(keeper: &signer) acquires Issuer {
        let issuer = borrow_global_mut<Issuer>(@pets);
        assert!(issuer.keeper == @0x0, ENOT_ISSUER);
        issuer.keeper = signer::address_of(keeper);
    }

    public entry fun mint(keeper: &signer, name: String, to: address) acquires Issuer {
        issue(keeper, name, to, option::none());
    }

    /// A child of a grown-up pet.
    public entry fun breed(keeper: &signer, parent: Object<Pet>, name: String, to: address) acquires Issuer, Pet {
        assert!(borrow_global<Pet>(object::object_address(&parent)).meals >= GROWN_UP, ETOO_YOUNG);
        issue(keeper, name, to, option::some(object::object_address(&parent)));
    }

    fun issue(keeper: &signer, name: String, to: address, parent: Option<address>) acquires Issuer {
        let issuer = borrow_global<Issuer>(@pets);
        assert!(signer::address_of(keeper) == issuer.keeper, ENOT_ISSUER);
        let creator = &object::generate_signer_for_extending(&issuer.extend);
        let ref = &token::create_named_token(
            creator, string::utf8(COLLECTION), string::utf8(b"a pet"), name, option::none(), string::utf8(b"https://pets/young")
        );
        property_map::init(ref, property_map::prepare_input(vector[], vector[], vector[]));
        let properties = property_map::generate_mutator_ref(ref);
        property_map::add_typed(&properties, string::utf8(b"meals"), 0u64);
        let transfer = object::generate_transfer_ref(ref);
        object::disable_ungated_transfer(&transfer);
        object::transfer_with_ref(object::generate_linear_transfer_ref(&transfer), to);
        move_to(&object::generate_signer(ref), Pet {
            meals: 0,
            parent,
            mutator: token::generate_mutator_ref(ref),
            burner: token::generate_burn_ref(ref),
            transfer,
            properties,
        });
        event::emit(Born { pet: object::object_from_constructor_ref<Pet>(ref), owner: to });
    }

    /// A pet that has had its meals looks grown-up and may be given away.
    public entry fun feed(owner: &signer, pet: Object<Pet>) acquires Pet {
        assert!(object::is_owner(pet, signer::address_of(owner)), ENOT_OWNER);
        let it = borrow_global_mut<Pet>(object::object_address(&pet));
        it.meals += 1;
        property_map::update_typed(&it.properties, &string::utf8(b"meals"), it.meals);
        if (it.meals == GROWN_UP) {
            token::set_uri(&it.mutator, string::utf8(b"https://pets/grown"));
            object::enable_ungated_transfer(&it.transfer);
        }
    }

    public entry fun release(owner: &signer, pet: Object<Pet>) acquires Pet {
        assert!(object::is_owner(pet, signer::address_of(owner)), ENOT_OWNER);
        let Pet { meals: _, parent: _, mutator: _, burner, transfer: _, properties } =
            move_from<Pet>(object::object_address(&pet));
        property_map::burn(properties);
        token::burn(burner);
    }

    #[view]
    public fun meals(pet: Object<Pet>): u64 acquires Pet {
        borrow_global<Pet>(object::object_address(&pet)).meals
    }

    #[view]
    public fun parent(pet: Object<Pet>): Option<address> acquires Pet {
        borrow_global<Pet>(object::object_address(&pet)).parent
    }

    #[view]
    public fun pet_address(name: String): address {
        let issuer = object::create_object_address(&@pets, b"issuer");
        token::create_token_address(&issuer, &string::utf8(COLLECTION), &name)
    }
}
