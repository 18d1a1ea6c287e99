import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

export default buildModule("LockModule", (m) => {
  const coin = m.contract("Coin", [1_000_000n]);
  const doubling = m.library("Doubling");
  const lock = m.contract("Lock", [coin, m.getParameter("seconds", 50n)], { libraries: { Doubling: doubling } });
  m.call(coin, "transfer", [lock, 1_000n]);
  return { coin, lock };
});
