// OpenZeppelin's contracts (npm @openzeppelin/contracts) as applications use them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Interface, MaxUint256, Signature, id, parseEther } from 'ethers';
import { compile, deploy, send, startChain } from './lib.mjs';

let chain, c, owner, user, token;
const addr = (i) => chain.address(i);
// The custom error is looked for in all contracts: it may come from a deeper one.
const errorName = (data) => Object.values(c).map(({ abi }) => new Interface(abi).parseError(data ?? '0x')).find(Boolean)?.name;
const refuses = (promise, name) => assert.rejects(promise, (e) => (errorName(e.data) === name ? true : assert.fail(`${name} expected, ${e.message}`)));

before(async () => {
    chain = await startChain();
    c = compile('contracts/Tokens.sol');
    [owner, user] = [chain.wallet(0), chain.wallet(1)];
    token = await deploy(owner, c.Token, [parseEther('1000000')]);
});
after(() => chain?.stop());

test('ERC-20: transfers, allowances, events, custom errors', async () => {
    const receipt = await send(token.transfer(addr(1), parseEther('100')));
    const [log] = await token.queryFilter('Transfer', receipt.blockNumber, receipt.blockNumber);
    assert.deepEqual([...log.args], [addr(0), addr(1), parseEther('100')]);
    await send(token.approve(addr(1), 5n));
    await refuses(token.connect(user).transferFrom.staticCall(addr(0), addr(2), 6n), 'ERC20InsufficientAllowance');
    await refuses(token.connect(user).transfer.estimateGas(addr(2), parseEther('101')), 'ERC20InsufficientBalance');
    await send(token.connect(user).transferFrom(addr(0), addr(2), 5n));
    assert.equal(await token.balanceOf(addr(2)), 5n);
});

test('ERC-20 permit: an EIP-712 signature is an allowance', async () => {
    const { name, version, chainId, verifyingContract } = await token.eip712Domain();
    const types = { Permit: ['owner address', 'spender address', 'value uint256', 'nonce uint256', 'deadline uint256'].map((f) => ({ name: f.split(' ')[0], type: f.split(' ')[1] })) };
    const value = { owner: addr(1), spender: addr(3), value: 77n, nonce: await token.nonces(addr(1)), deadline: MaxUint256 };
    const { v, r, s } = Signature.from(await user.signTypedData({ name, version, chainId, verifyingContract }, types, value));
    await send(token.permit(addr(1), addr(3), 77n, MaxUint256, v, r, s));
    assert.equal(await token.allowance(addr(1), addr(3)), 77n);
    await refuses(token.permit.staticCall(addr(1), addr(3), 77n, MaxUint256, v, r, s), 'ERC2612InvalidSigner');
});

test('ERC-721: safe mint and transfer ask the receiver', async () => {
    const art = await deploy(owner, c.Art);
    const keeper = await deploy(owner, c.Keeper);
    await send(art.mint(addr(0), 1));
    await refuses(art.mint.staticCall(addr(0), 1), 'ERC721InvalidSender');
    await refuses(art['safeTransferFrom(address,address,uint256)'].staticCall(addr(0), await token.getAddress(), 1), 'ERC721InvalidReceiver');
    await send(art['safeTransferFrom(address,address,uint256,bytes)'](addr(0), await keeper.getAddress(), 1, '0xc0ffee'));
    assert.equal(await art.ownerOf(1), await keeper.getAddress());
    assert.equal(await keeper.last(), '0xc0ffee');
});

test('ERC-1155: batches', async () => {
    const items = await deploy(owner, c.Items);
    await send(items.mint(addr(0), [1, 2, 3], [10, 20, 30]));
    await send(items.safeBatchTransferFrom(addr(0), addr(1), [1, 3], [4, 5], '0x'));
    assert.deepEqual([...await items.balanceOfBatch([addr(0), addr(1), addr(1), addr(0)], [1, 1, 3, 3])], [6n, 4n, 5n, 25n]);
    await refuses(items.safeBatchTransferFrom.staticCall(addr(0), addr(1), [1, 2], [1], '0x'), 'ERC1155InvalidArrayLength');
});

test('ERC-4626: shares follow the assets', async () => {
    const vault = await deploy(owner, c.Vault, [await token.getAddress()]);
    await send(token.approve(await vault.getAddress(), MaxUint256));
    await send(vault.deposit(1000n, addr(0)));
    await send(token.transfer(await vault.getAddress(), 1000n)); // a gain
    assert.equal(await vault.balanceOf(addr(0)), 1000n);
    assert.equal(await vault.convertToAssets(1000n), 1999n); // the vault rounds down with one virtual share
    await send(vault.redeem(500n, addr(4), addr(0)));
    assert.equal(await token.balanceOf(addr(4)), 999n);
});

test('Governor: propose, vote, queue, execute', async () => {
    const timelock = await deploy(owner, c.Timelock, [3600, [], ['0x0000000000000000000000000000000000000000']]);
    const dao = await deploy(owner, c.Dao, [await token.getAddress(), await timelock.getAddress()]);
    for (const role of ['PROPOSER_ROLE', 'CANCELLER_ROLE']) await send(timelock.grantRole(await timelock[role](), await dao.getAddress()));
    await send(token.delegate(addr(0)));
    await send(token.transfer(await timelock.getAddress(), 1234n));
    const proposal = [[await token.getAddress()], [0n], [token.interface.encodeFunctionData('transfer', [addr(5), 1234n])]];
    const description = 'pay the fifth';
    const receipt = await send(dao.propose(...proposal, description));
    const { proposalId } = receipt.logs.map((l) => dao.interface.parseLog(l)).find((l) => l?.name === 'ProposalCreated').args;
    await refuses(dao.castVote.staticCall(proposalId, 1), 'GovernorUnexpectedProposalState');
    await chain.rpc('hardhat_mine', '0x3');
    await send(dao.castVote(proposalId, 1));
    await chain.rpc('anvil_mine', 11);
    assert.equal(await dao.state(proposalId), 4n); // Succeeded
    await send(dao.queue(...proposal, id(description)));
    await refuses(dao.execute.staticCall(...proposal, id(description)), 'TimelockUnexpectedOperationState');
    await chain.rpc('evm_increaseTime', 3600);
    await chain.rpc('evm_mine');
    await send(dao.execute(...proposal, id(description)));
    assert.equal(await token.balanceOf(addr(5)), 1234n);
});
