/// Numbered places for values, each an item of a table. Places that are given back can be kept, with
/// their storage, and used again.
module aptos_std::storage_slots_allocator {
    use std::error;
    use std::option::{Self, Option};
    use aptos_std::table_with_length::{Self, TableWithLength};

    /// The two halves of a place are not of the same place.
    const EINVALID_ARGUMENT: u64 = 1;
    /// Places are only kept if they are used again.
    const ECANNOT_HAVE_SPARES_WITHOUT_REUSE: u64 = 2;

    const NULL_INDEX: u64 = 0;
    /// Those below are for the caller's own purposes.
    const FIRST_INDEX: u64 = 10;

    enum Link<T: store> has store {
        Occupied {
            value: T,
        },
        Vacant {
            next: u64,
        },
    }

    /// Vacant places form a list from `reuse_head_index` on.
    enum StorageSlotsAllocator<T: store> has store {
        V1 {
            slots: Option<TableWithLength<u64, Link<T>>>,
            new_slot_index: u64,
            should_reuse: bool,
            reuse_head_index: u64,
            reuse_spare_count: u32,
        },
    }

    /// A place that must be filled or given back.
    struct ReservedSlot {
        slot_index: u64,
    }

    /// A place that has a value.
    struct StoredSlot has store {
        slot_index: u64,
    }

    public fun new<T: store>(should_reuse: bool): StorageSlotsAllocator<T> {
        StorageSlotsAllocator::V1 {
            slots: option::none(),
            new_slot_index: FIRST_INDEX,
            should_reuse,
            reuse_head_index: NULL_INDEX,
            reuse_spare_count: 0,
        }
    }

    /// Pays for the storage of places in advance.
    public fun allocate_spare_slots<T: store>(self: &mut StorageSlotsAllocator<T>, num_to_allocate: u64) {
        assert!(self.should_reuse, error::invalid_argument(ECANNOT_HAVE_SPARES_WITHOUT_REUSE));
        for (i in 0..num_to_allocate) {
            let index = next_index(self);
            keep(self, index);
        }
    }

    public fun get_num_spare_slot_count<T: store>(self: &StorageSlotsAllocator<T>): u32 {
        assert!(self.should_reuse, error::invalid_argument(ECANNOT_HAVE_SPARES_WITHOUT_REUSE));
        self.reuse_spare_count
    }

    public fun add<T: store>(self: &mut StorageSlotsAllocator<T>, val: T): StoredSlot {
        let (stored, reserved) = reserve_slot(self);
        fill_reserved_slot(self, reserved, val);
        stored
    }

    public fun remove<T: store>(self: &mut StorageSlotsAllocator<T>, slot: StoredSlot): T {
        let (reserved, value) = remove_and_reserve(self, slot.slot_index);
        free_reserved_slot(self, reserved, slot);
        value
    }

    public fun destroy_empty<T: store>(self: StorageSlotsAllocator<T>) {
        while (self.reuse_head_index != NULL_INDEX) {
            take_spare(&mut self);
        };
        let StorageSlotsAllocator::V1 {
            slots, new_slot_index: _, should_reuse: _, reuse_head_index: _, reuse_spare_count: _
        } = self;
        if (slots.is_some()) slots.destroy_some().destroy_empty() else slots.destroy_none();
    }

    public fun borrow<T: store>(self: &StorageSlotsAllocator<T>, slot_index: u64): &T {
        &self.slots.borrow().borrow(slot_index).value
    }

    public fun borrow_mut<T: store>(self: &mut StorageSlotsAllocator<T>, slot_index: u64): &mut T {
        &mut self.slots.borrow_mut().borrow_mut(slot_index).value
    }

    /// A place and the duty to fill it: its number is known before its value.
    public fun reserve_slot<T: store>(self: &mut StorageSlotsAllocator<T>): (StoredSlot, ReservedSlot) {
        let slot_index = if (self.reuse_head_index == NULL_INDEX) next_index(self) else take_spare(self);
        (StoredSlot { slot_index }, ReservedSlot { slot_index })
    }

    public fun fill_reserved_slot<T: store>(self: &mut StorageSlotsAllocator<T>, slot: ReservedSlot, val: T) {
        let ReservedSlot { slot_index } = slot;
        self.slots.borrow_mut().add(slot_index, Link::Occupied { value: val });
    }

    /// Takes the value out; the place must be filled again or given back.
    public fun remove_and_reserve<T: store>(
        self: &mut StorageSlotsAllocator<T>, slot_index: u64
    ): (ReservedSlot, T) {
        let Link::Occupied { value } = self.slots.borrow_mut().remove(slot_index);
        (ReservedSlot { slot_index }, value)
    }

    public fun free_reserved_slot<T: store>(
        self: &mut StorageSlotsAllocator<T>, reserved_slot: ReservedSlot, stored_slot: StoredSlot
    ) {
        let ReservedSlot { slot_index } = reserved_slot;
        let StoredSlot { slot_index: stored_index } = stored_slot;
        assert!(slot_index == stored_index, EINVALID_ARGUMENT);
        keep(self, slot_index);
    }

    public fun reserved_to_index(self: &ReservedSlot): u64 {
        self.slot_index
    }

    public fun stored_to_index(self: &StoredSlot): u64 {
        self.slot_index
    }

    public fun is_null_index(slot_index: u64): bool {
        slot_index == NULL_INDEX
    }

    public fun is_special_unused_index(slot_index: u64): bool {
        slot_index != NULL_INDEX && slot_index < FIRST_INDEX
    }

    fun next_index<T: store>(self: &mut StorageSlotsAllocator<T>): u64 {
        if (self.slots.is_none()) self.slots.fill(table_with_length::new());
        let index = self.new_slot_index;
        self.new_slot_index = index + 1;
        index
    }

    fun keep<T: store>(self: &mut StorageSlotsAllocator<T>, index: u64) {
        if (!self.should_reuse) return;
        let next = self.reuse_head_index;
        self.slots.borrow_mut().add(index, Link::Vacant { next });
        self.reuse_head_index = index;
        self.reuse_spare_count += 1;
    }

    fun take_spare<T: store>(self: &mut StorageSlotsAllocator<T>): u64 {
        let index = self.reuse_head_index;
        let Link::Vacant { next } = self.slots.borrow_mut().remove(index);
        self.reuse_head_index = next;
        self.reuse_spare_count -= 1;
        index
    }
}
