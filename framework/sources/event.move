/// Events: of a handle with a counter of its own (version 1), or of a module (version 2).
module aptos_framework::event {
    use std::bcs;
    use std::guid::GUID;

    struct EventHandle<phantom T: drop + store> has store {
        /// How many events this handle has emitted.
        counter: u64,
        guid: GUID,
    }

    friend aptos_framework::account;
    friend aptos_framework::object;

    /// Emits a module event. T is an `#[event]` struct of the calling module.
    public fun emit<T: store + drop>(msg: T) {
        write_module_event_to_store<T>(msg);
    }

    public(friend) fun new_event_handle<T: drop + store>(guid: GUID): EventHandle<T> {
        EventHandle<T> { counter: 0, guid }
    }

    public fun emit_event<T: drop + store>(handle_ref: &mut EventHandle<T>, msg: T) {
        write_to_event_store<T>(bcs::to_bytes(&handle_ref.guid), handle_ref.counter, msg);
        handle_ref.counter = handle_ref.counter + 1;
    }

    public fun guid<T: drop + store>(handle_ref: &EventHandle<T>): &GUID { &handle_ref.guid }

    public fun counter<T: drop + store>(handle_ref: &EventHandle<T>): u64 { handle_ref.counter }

    public fun destroy_handle<T: drop + store>(handle: EventHandle<T>) {
        let EventHandle<T> { counter: _, guid: _ } = handle;
    }

    native fun write_module_event_to_store<T: drop + store>(msg: T);
    native fun write_to_event_store<T: drop + store>(guid: vector<u8>, count: u64, msg: T);

    #[test_only]
    /// The module events of this type that the test has emitted so far.
    native public fun emitted_events<T: drop + store>(): vector<T>;

    #[test_only]
    native fun emitted_events_of<T: drop + store>(guid: vector<u8>): vector<T>;

    #[test_only]
    public fun emitted_events_by_handle<T: drop + store>(handle: &EventHandle<T>): vector<T> {
        emitted_events_of<T>(bcs::to_bytes(&handle.guid))
    }

    #[test_only]
    public fun was_event_emitted<T: drop + store>(msg: &T): bool {
        std::vector::contains(&emitted_events<T>(), msg)
    }

    #[test_only]
    public fun was_event_emitted_by_handle<T: drop + store>(handle: &EventHandle<T>, msg: &T): bool {
        std::vector::contains(&emitted_events_by_handle(handle), msg)
    }
}
