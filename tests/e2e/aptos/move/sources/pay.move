// Pays two accounts in one script.
script {
    use aptos_framework::aptos_account;

    fun pay_two(account: &signer, first: address, first_amount: u64, second: address, second_amount: u64) {
        aptos_account::transfer(account, first, first_amount);
        aptos_account::transfer(account, second, second_amount);
    }
}
