/// A book of limit orders of Gold for Silver: best price first, of one price the oldest first.
module markets::order_book {
    use std::signer;
    use std::vector;
    use aptos_framework::coin::{Self, Coin};
    use aptos_framework::event;
    use aptos_std::table::{Self, Table};
    use markets::tokens::{Gold, Silver};

    /// There is no such order, or it is somebody else's.
    const ENO_ORDER: u64 = 1;
    /// An order has a size and a price.
    const EEMPTY_ORDER: u64 = 2;

    /// An offer of Gold at `price` Silver for each.
    struct Order has store { id: u64, owner: address, price: u64, gold: Coin<Gold> }

    /// Prices in order, best (lowest) last, and the offers of each in the order in which they came.
    struct Book has key {
        prices: vector<u64>,
        levels: Table<u64, vector<Order>>,
        next_id: u64,
    }

    #[event]
    struct Filled has drop, store { id: u64, price: u64, amount: u64 }

    fun init_module(publisher: &signer) {
        move_to(publisher, Book { prices: vector::empty(), levels: table::new(), next_id: 1 });
    }

    /// The place of a price among the descending ones, and whether it is there.
    fun place(prices: &vector<u64>, price: u64): (u64, bool) {
        let (low, high) = (0, vector::length(prices));
        while (low < high) {
            let middle = (low + high) / 2;
            if (*vector::borrow(prices, middle) > price) low = middle + 1 else high = middle;
        };
        (low, low < vector::length(prices) && *vector::borrow(prices, low) == price)
    }

    public entry fun offer(owner: &signer, amount: u64, price: u64) acquires Book {
        assert!(amount > 0 && price > 0, EEMPTY_ORDER);
        let book = borrow_global_mut<Book>(@markets);
        let (i, there) = place(&book.prices, price);
        if (!there) {
            vector::insert(&mut book.prices, i, price);
            table::add(&mut book.levels, price, vector::empty());
        };
        let order = Order {
            id: book.next_id, owner: signer::address_of(owner), price, gold: coin::withdraw(owner, amount)
        };
        book.next_id = book.next_id + 1;
        vector::push_back(table::borrow_mut(&mut book.levels, price), order);
    }

    fun close_level(book: &mut Book, price: u64) {
        let (i, _) = place(&book.prices, price);
        vector::remove(&mut book.prices, i);
        vector::destroy_empty(table::remove(&mut book.levels, price));
    }

    /// Buys up to `amount` Gold at no more than `limit` each.
    public entry fun buy(taker: &signer, amount: u64, limit: u64) acquires Book {
        let book = borrow_global_mut<Book>(@markets);
        let bought = coin::zero<Gold>();
        while (amount > 0 && !vector::is_empty(&book.prices)) {
            let price = *vector::borrow(&book.prices, vector::length(&book.prices) - 1);
            if (price > limit) break;
            let level = table::borrow_mut(&mut book.levels, price);
            let order = vector::borrow_mut(level, 0);
            let part = if (coin::value(&order.gold) < amount) coin::value(&order.gold) else amount;
            coin::merge(&mut bought, coin::extract(&mut order.gold, part));
            coin::deposit(order.owner, coin::withdraw<Silver>(taker, part * price));
            event::emit(Filled { id: order.id, price, amount: part });
            amount = amount - part;
            if (coin::value(&order.gold) == 0) {
                let Order { id: _, owner: _, price: _, gold } = vector::remove(level, 0);
                coin::destroy_zero(gold);
                if (vector::is_empty(level)) close_level(book, price);
            };
        };
        coin::register<Gold>(taker);
        coin::deposit(signer::address_of(taker), bought);
    }

    public entry fun cancel(owner: &signer, price: u64, id: u64) acquires Book {
        let book = borrow_global_mut<Book>(@markets);
        assert!(table::contains(&book.levels, price), ENO_ORDER);
        let level = table::borrow_mut(&mut book.levels, price);
        let (found, i) = vector::find(level, |o| { let o: &Order = o; o.id == id });
        assert!(found && vector::borrow(level, i).owner == signer::address_of(owner), ENO_ORDER);
        let Order { id: _, owner: to, price: _, gold } = vector::remove(level, i);
        coin::deposit(to, gold);
        if (vector::is_empty(level)) close_level(book, price);
    }

    #[view]
    public fun depth(): vector<u64> acquires Book { borrow_global<Book>(@markets).prices }

    #[test_only]
    use markets::tokens;

    #[test_only]
    fun set_up(publisher: &signer, maker: &signer, taker: &signer) {
        tokens::set_up(publisher);
        init_module(publisher);
        aptos_framework::account::create_account_for_test(signer::address_of(maker));
        aptos_framework::account::create_account_for_test(signer::address_of(taker));
        tokens::mint<Gold>(maker, 1000);
        coin::register<Silver>(maker);
        tokens::mint<Silver>(taker, 100000);
    }

    #[test(publisher = @markets, maker = @0x71, taker = @0x72)]
    fun best_price_first_and_oldest_first(publisher: signer, maker: signer, taker: signer) acquires Book {
        set_up(&publisher, &maker, &taker);
        offer(&maker, 100, 12);
        offer(&maker, 50, 10);
        offer(&maker, 50, 11);
        offer(&maker, 50, 10);
        assert!(depth() == vector[12, 11, 10], 0);
        buy(&taker, 120, 11);
        assert!(event::emitted_events<Filled>() == vector[
            Filled { id: 2, price: 10, amount: 50 }, Filled { id: 4, price: 10, amount: 50 }, Filled { id: 3, price: 11, amount: 20 }
        ], 1);
        assert!(coin::balance<Silver>(@0x71) == 1220 && coin::balance<Gold>(@0x72) == 120, 2);
        buy(&taker, 120, 11);
        assert!(coin::balance<Gold>(@0x72) == 150 && depth() == vector[12], 3);
        cancel(&maker, 12, 1);
        assert!(coin::balance<Gold>(@0x71) == 850 && depth() == vector[], 4);
    }

    #[test(publisher = @markets, maker = @0x71, taker = @0x72), expected_failure(abort_code = ENO_ORDER)]
    fun only_the_owner_cancels(publisher: signer, maker: signer, taker: signer) acquires Book {
        set_up(&publisher, &maker, &taker);
        offer(&maker, 100, 12);
        cancel(&taker, 12, 1);
    }

    #[test(publisher = @markets, maker = @0x71, taker = @0x72)]
    #[expected_failure(abort_code = 0x10004, location = aptos_framework::fungible_asset)]
    fun buying_needs_silver(publisher: signer, maker: signer, taker: signer) acquires Book {
        set_up(&publisher, &maker, &taker);
        offer(&maker, 100, 1001);
        buy(&taker, 100, 2000);
    }
}
