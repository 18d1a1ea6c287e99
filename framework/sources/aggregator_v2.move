/// Numbers that many transactions may add to without knowing them, and snapshots of them. Transactions here run one
/// after another, so all of it is exact at once. Numbers are u64 or u128.
module aptos_framework::aggregator_v2 {
    use std::error;
    use std::string::String;

    /// The number would pass its greatest value.
    const EAGGREGATOR_OVERFLOW: u64 = 1;
    /// The number would fall below zero.
    const EAGGREGATOR_UNDERFLOW: u64 = 2;
    /// A snapshot is of u64 or u128.
    const EUNSUPPORTED_AGGREGATOR_SNAPSHOT_TYPE: u64 = 5;
    /// An aggregator is of u64 or u128.
    const EUNSUPPORTED_AGGREGATOR_TYPE: u64 = 7;
    /// What is put together is longer than 1024 bytes.
    const ECONCAT_STRING_LENGTH_TOO_LARGE: u64 = 8;
    /// Not supported.
    const EAGGREGATOR_FUNCTION_NOT_YET_SUPPORTED: u64 = 9;

    struct Aggregator<IntElement> has store, drop {
        value: IntElement,
        max_value: IntElement,
    }

    struct AggregatorSnapshot<IntElement> has store, drop {
        value: IntElement,
    }

    /// Text around a snapshot. The padding makes its size independent of the number inside.
    struct DerivedStringSnapshot has store, drop {
        value: String,
        padding: vector<u8>,
    }

    public fun max_value<IntElement: copy + drop>(self: &Aggregator<IntElement>): IntElement {
        self.max_value
    }

    public native fun create_aggregator<IntElement: copy + drop>(max_value: IntElement): Aggregator<IntElement>;

    public fun create_aggregator_with_value<IntElement: copy + drop>(
        start_value: IntElement, max_value: IntElement
    ): Aggregator<IntElement> {
        let aggregator = create_aggregator(max_value);
        add(&mut aggregator, start_value);
        aggregator
    }

    /// One without another limit than its type's.
    public native fun create_unbounded_aggregator<IntElement: copy + drop>(): Aggregator<IntElement>;

    public fun create_unbounded_aggregator_with_value<IntElement: copy + drop>(
        start_value: IntElement
    ): Aggregator<IntElement> {
        let aggregator = create_unbounded_aggregator();
        add(&mut aggregator, start_value);
        aggregator
    }

    /// Adds; false, and nothing done, if the sum would pass the limit.
    public native fun try_add<IntElement>(self: &mut Aggregator<IntElement>, value: IntElement): bool;

    public fun add<IntElement>(self: &mut Aggregator<IntElement>, value: IntElement) {
        assert!(try_add(self, value), error::out_of_range(EAGGREGATOR_OVERFLOW));
    }

    /// Subtracts; false, and nothing done, if there is less.
    public native fun try_sub<IntElement>(self: &mut Aggregator<IntElement>, value: IntElement): bool;

    public fun sub<IntElement>(self: &mut Aggregator<IntElement>, value: IntElement) {
        assert!(try_sub(self, value), error::out_of_range(EAGGREGATOR_UNDERFLOW));
    }

    public fun is_at_least<IntElement>(self: &Aggregator<IntElement>, min_amount: IntElement): bool {
        is_at_least_impl(self, min_amount)
    }

    native fun is_at_least_impl<IntElement>(self: &Aggregator<IntElement>, min_amount: IntElement): bool;

    public native fun read<IntElement>(self: &Aggregator<IntElement>): IntElement;

    public native fun snapshot<IntElement>(self: &Aggregator<IntElement>): AggregatorSnapshot<IntElement>;

    public native fun create_snapshot<IntElement: copy + drop>(value: IntElement): AggregatorSnapshot<IntElement>;

    public native fun read_snapshot<IntElement>(self: &AggregatorSnapshot<IntElement>): IntElement;

    public native fun read_derived_string(self: &DerivedStringSnapshot): String;

    public native fun create_derived_string(value: String): DerivedStringSnapshot;

    /// `before`, the number in decimal, `after`.
    public native fun derive_string_concat<IntElement>(
        before: String, snapshot: &AggregatorSnapshot<IntElement>, after: String
    ): DerivedStringSnapshot;

    /// Aborts: derive_string_concat and read_snapshot are what is left of it.
    public native fun copy_snapshot<IntElement: copy + drop>(
        snapshot: &AggregatorSnapshot<IntElement>
    ): AggregatorSnapshot<IntElement>;

    /// Aborts: derive_string_concat has taken its place.
    public native fun string_concat<IntElement>(
        before: String, snapshot: &AggregatorSnapshot<IntElement>, after: String
    ): AggregatorSnapshot<String>;
}
