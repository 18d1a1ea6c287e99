/// Offers of tokens: the receiver claims what the sender has set aside for him.
module aptos_token::token_transfers {
    use std::error;
    use std::signer;
    use std::string::String;
    use aptos_framework::account;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_std::table::{Self, Table};
    use aptos_token::token::{Self, Token, TokenId};

    /// There is no such offer.
    const ETOKEN_OFFER_NOT_EXIST: u64 = 1;

    struct PendingClaims has key {
        pending_claims: Table<TokenOfferId, Token>,
        offer_events: EventHandle<TokenOfferEvent>,
        cancel_offer_events: EventHandle<TokenCancelOfferEvent>,
        claim_events: EventHandle<TokenClaimEvent>,
    }

    struct TokenOfferId has copy, drop, store {
        to_addr: address,
        token_id: TokenId,
    }

    struct TokenOfferEvent has drop, store {
        to_address: address,
        token_id: TokenId,
        amount: u64,
    }

    #[event]
    struct Offer has drop, store {
        account: address,
        to_address: address,
        token_id: TokenId,
        amount: u64,
    }

    struct TokenCancelOfferEvent has drop, store {
        to_address: address,
        token_id: TokenId,
        amount: u64,
    }

    #[event]
    struct CancelOffer has drop, store {
        account: address,
        to_address: address,
        token_id: TokenId,
        amount: u64,
    }

    struct TokenClaimEvent has drop, store {
        to_address: address,
        token_id: TokenId,
        amount: u64,
    }

    #[event]
    struct Claim has drop, store {
        account: address,
        to_address: address,
        token_id: TokenId,
        amount: u64,
    }

    public entry fun offer_script(
        sender: signer, receiver: address, creator: address, collection: String, name: String, property_version: u64,
        amount: u64
    ) acquires PendingClaims {
        offer(&sender, receiver, token::create_token_id_raw(creator, collection, name, property_version), amount)
    }

    public fun offer(sender: &signer, receiver: address, token_id: TokenId, amount: u64) acquires PendingClaims {
        let account = signer::address_of(sender);
        if (!exists<PendingClaims>(account)) {
            move_to(sender, PendingClaims {
                pending_claims: table::new(),
                offer_events: account::new_event_handle(sender),
                cancel_offer_events: account::new_event_handle(sender),
                claim_events: account::new_event_handle(sender),
            })
        };
        let claims = &mut borrow_global_mut<PendingClaims>(account).pending_claims;
        let id = TokenOfferId { to_addr: receiver, token_id };
        let token = token::withdraw_token(sender, token_id, amount);
        if (table::contains(claims, id)) {
            token::merge(table::borrow_mut(claims, id), token)
        } else {
            table::add(claims, id, token)
        };
        event::emit(Offer { account, to_address: receiver, token_id, amount });
    }

    public entry fun claim_script(
        receiver: signer, sender: address, creator: address, collection: String, name: String, property_version: u64
    ) acquires PendingClaims {
        claim(&receiver, sender, token::create_token_id_raw(creator, collection, name, property_version))
    }

    public fun claim(receiver: &signer, sender: address, token_id: TokenId) acquires PendingClaims {
        let to_address = signer::address_of(receiver);
        let token = take(sender, to_address, token_id);
        let amount = token::get_token_amount(&token);
        token::deposit_token(receiver, token);
        event::emit(Claim { account: sender, to_address, token_id, amount });
    }

    public entry fun cancel_offer_script(
        sender: signer, receiver: address, creator: address, collection: String, name: String, property_version: u64
    ) acquires PendingClaims {
        cancel_offer(&sender, receiver, token::create_token_id_raw(creator, collection, name, property_version))
    }

    public fun cancel_offer(sender: &signer, receiver: address, token_id: TokenId) acquires PendingClaims {
        let account = signer::address_of(sender);
        let token = take(account, receiver, token_id);
        let amount = token::get_token_amount(&token);
        token::deposit_token(sender, token);
        event::emit(CancelOffer { account, to_address: receiver, token_id, amount });
    }

    fun take(sender: address, receiver: address, token_id: TokenId): Token acquires PendingClaims {
        assert!(exists<PendingClaims>(sender), ETOKEN_OFFER_NOT_EXIST);
        let claims = &mut borrow_global_mut<PendingClaims>(sender).pending_claims;
        let id = TokenOfferId { to_addr: receiver, token_id };
        assert!(table::contains(claims, id), error::not_found(ETOKEN_OFFER_NOT_EXIST));
        table::remove(claims, id)
    }
}
