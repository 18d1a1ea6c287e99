/// The curves of the market's pools.
module market::curves {
    /// xy = k.
    struct Uncorrelated {}
}
