/// Leads into modules that may be locked.
module waiting::indirect {
    use waiting::pool;
    use waiting::vault;

    public fun add_to_vault(n: u64): u64 { vault::add(n) }

    public fun add_to_pool(n: u64): u64 { pool::add(n) }
}
