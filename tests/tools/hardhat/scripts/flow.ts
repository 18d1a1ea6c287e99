// What a Hardhat project's tests do: fixtures by snapshot, time travel, impersonation, custom errors. Prints one JSON line.
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create("tern");
const [owner, other] = await ethers.getSigners();
const seen: Record<string, unknown> = {};

async function fixture() {
  const coin = await ethers.deployContract("Coin", [1_000_000n]);
  const doubling = await ethers.deployContract("Doubling");
  const lock = await ethers.deployContract("Lock", [await coin.getAddress(), 30n], {
    libraries: { Doubling: await doubling.getAddress() },
  });
  await (await coin.transfer(await lock.getAddress(), 1_000n)).wait();
  return { coin, lock };
}
const { coin, lock } = await networkHelpers.loadFixture(fixture);
const until = await lock.until();

try {
  await lock.withdraw();
} catch (e: any) {
  seen.early = lock.interface.parseError(e.data ?? e.info?.error?.data)?.name ?? e.message;
}

await networkHelpers.time.increaseTo(until);
const receipt = await (await lock.withdraw()).wait();
seen.withdrawn = receipt.logs.map((l: any) => lock.interface.parseLog(l)?.args?.amount).filter(Boolean).map(String);
seen.timestampReached = (await ethers.provider.getBlock(receipt.blockNumber))!.timestamp >= Number(until);

// The fixture again: the state before the withdrawal.
const again = await networkHelpers.loadFixture(fixture);
seen.afterFixture = String(await again.coin.balanceOf(await again.lock.getAddress()));

const whale = "0x00000000000000000000000000000000000ca11e";
await networkHelpers.setBalance(whale, ethers.parseEther("3"));
await networkHelpers.impersonateAccount(whale);
const signer = await ethers.getSigner(whale);
await (await signer.sendTransaction({ to: other.address, value: ethers.parseEther("1") })).wait();
seen.whaleNonce = await ethers.provider.getTransactionCount(whale);
await networkHelpers.stopImpersonatingAccount(whale);

await networkHelpers.setCode(whale, "0x60005460005260206000f3");
await networkHelpers.setStorageAt(whale, 0, 42);
seen.stored = await ethers.provider.call({ to: whale });
await networkHelpers.setNonce(other.address, 77);
seen.nonce = await ethers.provider.getTransactionCount(other.address);

const height = await networkHelpers.time.latestBlock();
await networkHelpers.mine(5, { interval: 10 });
seen.mined = (await networkHelpers.time.latestBlock()) - height;
await networkHelpers.setNextBlockBaseFeePerGas(2_000_000_000n);
const priced = await (await owner.sendTransaction({ to: other.address, value: 1n, maxFeePerGas: 5_000_000_000n, maxPriorityFeePerGas: 1n })).wait();
seen.baseFee = String((await ethers.provider.getBlock(priced!.blockNumber))!.baseFeePerGas);
const message = await owner.signMessage("tern");
seen.signed = ethers.verifyMessage("tern", message) === owner.address;
console.log(`FLOW ${JSON.stringify(seen)}`);
