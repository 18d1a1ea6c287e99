/// The function that does nothing, in a module that depends on none: what a leg has to load counts too.
module bench::empty {
    public fun nothing() {}
}
