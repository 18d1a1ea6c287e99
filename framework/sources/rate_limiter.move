/// Tokens that come back with time: who takes them faster must wait.
module aptos_framework::rate_limiter {
    use aptos_framework::timestamp;

    enum RateLimiter has key, copy, drop, store {
        TokenBucket {
            capacity: u64,
            current_amount: u64,
            /// Seconds until an empty bucket is full again.
            refill_interval: u64,
            last_refill_timestamp: u64,
            /// Parts of a token that have come back, of as many as refill_interval says.
            fractional_accumulated: u64,
        }
    }

    /// A full bucket.
    public fun initialize(capacity: u64, refill_interval: u64): RateLimiter {
        RateLimiter::TokenBucket {
            capacity,
            current_amount: capacity,
            refill_interval,
            last_refill_timestamp: timestamp::now_seconds(),
            fractional_accumulated: 0,
        }
    }

    /// Takes so many tokens; false, and none are taken, if there are fewer.
    public fun request(limiter: &mut RateLimiter, num_token_requested: u64): bool {
        refill(limiter);
        if (limiter.current_amount < num_token_requested) return false;
        limiter.current_amount = limiter.current_amount - num_token_requested;
        true
    }

    fun refill(limiter: &mut RateLimiter) {
        let now = timestamp::now_seconds();
        let passed = (now - limiter.last_refill_timestamp) as u128;
        let parts = passed * (limiter.capacity as u128) + (limiter.fractional_accumulated as u128);
        let interval = limiter.refill_interval as u128;
        let tokens = (limiter.current_amount as u128) + parts / interval;
        if (tokens >= (limiter.capacity as u128)) {
            limiter.current_amount = limiter.capacity;
            limiter.fractional_accumulated = 0;
        } else {
            limiter.current_amount = tokens as u64;
            limiter.fractional_accumulated = (parts % interval) as u64;
        };
        limiter.last_refill_timestamp = now;
    }
}
