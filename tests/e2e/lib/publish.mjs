// Publishing a Move package with the Aptos SDK: package metadata as 0x1::code has it, then publish_package_txn.
import { Serializer } from '@aptos-labs/ts-sdk';

// BCS of PackageMetadata with upgrade policy `compatible` and one ModuleMetadata per name.
export function packageMetadata(name, moduleNames) {
    const s = new Serializer();
    s.serializeStr(name);
    s.serializeU8(1); // compatible
    s.serializeU64(0);
    s.serializeStr(''); // source digest
    s.serializeBytes(new Uint8Array()); // manifest
    s.serializeU32AsUleb128(moduleNames.length);
    for (const m of moduleNames) {
        s.serializeStr(m);
        s.serializeBytes(new Uint8Array()); // source
        s.serializeBytes(new Uint8Array()); // source map
        s.serializeU32AsUleb128(0); // extension: none
    }
    s.serializeU32AsUleb128(0); // dependencies
    s.serializeU32AsUleb128(0); // extension: none
    return s.toUint8Array();
}

export async function submit(aptos, account, transaction) {
    const pending = await aptos.signAndSubmitTransaction({ signer: account, transaction });
    return aptos.waitForTransaction({ transactionHash: pending.hash });
}

export async function publish(aptos, account, name, moduleNames, bytecode) {
    const transaction = await aptos.publishPackageTransaction({
        account: account.accountAddress,
        metadataBytes: packageMetadata(name, moduleNames),
        moduleBytecode: bytecode,
    });
    return submit(aptos, account, transaction);
}

export async function callEntry(aptos, account, func, functionArguments = [], typeArguments = []) {
    const transaction = await aptos.transaction.build.simple({
        sender: account.accountAddress,
        data: { function: func, functionArguments, typeArguments },
    });
    return submit(aptos, account, transaction);
}
