/// Silver is lent for interest against Gold; who owes too much for his Gold loses it to whoever pays.
module markets::lending {
    use std::signer;
    use aptos_framework::coin::{Self, Coin};
    use aptos_framework::timestamp;
    use aptos_std::table_with_length::{Self, TableWithLength};
    use markets::tokens::{Gold, Silver};

    /// The Gold would not be worth the debt.
    const ENOT_COVERED: u64 = 1;
    /// The Gold is worth the debt.
    const ESTILL_COVERED: u64 = 2;
    /// The account owes nothing.
    const ENO_LOAN: u64 = 3;
    /// The price is the publisher's to say.
    const ENOT_PUBLISHER: u64 = 4;

    /// Of the Gold's worth in percent: what may be owed when borrowing, and before the Gold is lost.
    const BORROW_LIMIT: u64 = 70;
    const LOSS_LIMIT: u64 = 80;
    const SECONDS_PER_YEAR: u128 = 31536000;
    /// In percent a year.
    const INTEREST: u128 = 10;
    const UNIT: u128 = 1000000000000;

    struct Loan has store { gold: Coin<Gold>, shares: u128 }

    struct Market has key {
        silver: Coin<Silver>,
        loans: TableWithLength<address, Loan>,
        price: u64, // Silver for one Gold
        index: u128, // what a share of debt is worth, in UNIT
        updated_at: u64,
    }

    fun init_module(publisher: &signer) {
        move_to(publisher, Market {
            silver: coin::zero(),
            loans: table_with_length::new(),
            price: 10,
            index: UNIT,
            updated_at: timestamp::now_seconds(),
        });
    }

    inline fun market(): &mut Market acquires Market {
        let m = borrow_global_mut<Market>(@markets);
        let now = timestamp::now_seconds();
        m.index = m.index + m.index * INTEREST * ((now - m.updated_at) as u128) / (100 * SECONDS_PER_YEAR);
        m.updated_at = now;
        m
    }

    fun debt(m: &Market, loan: &Loan): u64 { ((loan.shares * m.index + UNIT - 1) / UNIT as u64) }

    fun is_covered(m: &Market, owner: address, percent: u64): bool {
        let loan = table_with_length::borrow(&m.loans, owner);
        debt(m, loan) * 100 <= coin::value(&loan.gold) * m.price * percent
    }

    public entry fun set_price(publisher: &signer, price: u64) acquires Market {
        assert!(signer::address_of(publisher) == @markets, ENOT_PUBLISHER);
        market().price = price;
    }

    public entry fun supply(from: &signer, amount: u64) acquires Market {
        coin::merge(&mut market().silver, coin::withdraw(from, amount));
    }

    public entry fun borrow(owner: &signer, gold: u64, silver: u64) acquires Market {
        let who = signer::address_of(owner);
        let m = market();
        if (!table_with_length::contains(&m.loans, who))
            table_with_length::add(&mut m.loans, who, Loan { gold: coin::zero(), shares: 0 });
        let index = m.index;
        let loan = table_with_length::borrow_mut(&mut m.loans, who);
        coin::merge(&mut loan.gold, coin::withdraw(owner, gold));
        loan.shares = loan.shares + ((silver as u128) * UNIT + index - 1) / index;
        assert!(is_covered(m, who, BORROW_LIMIT), ENOT_COVERED);
        coin::register<Silver>(owner);
        coin::deposit(who, coin::extract(&mut m.silver, silver));
    }

    fun settle(m: &mut Market, payer: &signer, owner: address, to: address) {
        let owed = debt(m, table_with_length::borrow(&m.loans, owner));
        coin::merge(&mut m.silver, coin::withdraw(payer, owed));
        let Loan { gold, shares: _ } = table_with_length::remove(&mut m.loans, owner);
        coin::deposit(to, gold);
    }

    public entry fun repay(owner: &signer) acquires Market {
        let who = signer::address_of(owner);
        let m = market();
        assert!(table_with_length::contains(&m.loans, who), ENO_LOAN);
        settle(m, owner, who, who);
    }

    public entry fun liquidate(payer: &signer, owner: address) acquires Market {
        let m = market();
        assert!(table_with_length::contains(&m.loans, owner), ENO_LOAN);
        assert!(!is_covered(m, owner, LOSS_LIMIT), ESTILL_COVERED);
        coin::register<Gold>(payer);
        settle(m, payer, owner, signer::address_of(payer));
    }

    #[view]
    public fun loans(): u64 acquires Market { table_with_length::length(&borrow_global<Market>(@markets).loans) }

    #[test_only]
    use markets::tokens;

    #[test_only]
    fun set_up(publisher: &signer, owner: &signer, payer: &signer) acquires Market {
        tokens::set_up(publisher);
        timestamp::set_time_has_started_for_testing(&aptos_framework::account::create_signer_for_test(@aptos_framework));
        init_module(publisher);
        aptos_framework::account::create_account_for_test(signer::address_of(owner));
        aptos_framework::account::create_account_for_test(signer::address_of(payer));
        tokens::mint<Gold>(owner, 1000);
        tokens::mint<Silver>(owner, 5000);
        tokens::mint<Silver>(payer, 100000);
        supply(payer, 50000);
    }

    #[test(publisher = @markets, owner = @0x71, payer = @0x72)]
    fun a_year_costs_its_interest(publisher: signer, owner: signer, payer: signer) acquires Market {
        set_up(&publisher, &owner, &payer);
        borrow(&owner, 1000, 7000);
        assert!(coin::balance<Silver>(@0x71) == 12000, 0);
        timestamp::fast_forward_seconds(31536000);
        repay(&owner);
        assert!(coin::balance<Silver>(@0x71) == 4300 && coin::balance<Gold>(@0x71) == 1000 && loans() == 0, 1);
    }

    #[test(publisher = @markets, owner = @0x71, payer = @0x72), expected_failure(abort_code = ENOT_COVERED)]
    fun no_loan_beyond_the_limit(publisher: signer, owner: signer, payer: signer) acquires Market {
        set_up(&publisher, &owner, &payer);
        borrow(&owner, 1000, 7001);
    }

    #[test(publisher = @markets, owner = @0x71, payer = @0x72), expected_failure(abort_code = ESTILL_COVERED)]
    fun a_covered_loan_is_safe(publisher: signer, owner: signer, payer: signer) acquires Market {
        set_up(&publisher, &owner, &payer);
        borrow(&owner, 1000, 7000);
        liquidate(&payer, @0x71);
    }

    #[test(publisher = @markets, owner = @0x71, payer = @0x72)]
    fun when_the_price_falls_the_gold_is_lost(publisher: signer, owner: signer, payer: signer) acquires Market {
        set_up(&publisher, &owner, &payer);
        borrow(&owner, 1000, 7000);
        set_price(&publisher, 8);
        liquidate(&payer, @0x71);
        assert!(coin::balance<Gold>(@0x72) == 1000 && coin::balance<Silver>(@0x72) == 43000, 0);
    }
}
