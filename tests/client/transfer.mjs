// SPDX-License-Identifier: Apache-2.0

/** One signed transfer, from a well-known development account to an account that is new. */

import { randomBytes } from 'node:crypto';
import { Keyring } from '@polkadot/api';
import { within } from './within.mjs';

/** Some blocks of 6 s until inclusion, and some more until finality. */
const FINALITY_TIMEOUT_SECS = 120;
/** How often the smallest balance is sent, so that the new account lives. */
const EXISTENTIAL_DEPOSITS = 10;
/** A transaction in one of these states is never included. */
const DEAD_STATES = ['isDropped', 'isFinalityTimeout', 'isInvalid', 'isUsurped'];

/** Sends it, waits for finality, and checks the balance that the chain finalised. */
export async function sendTransfer(api) {
	const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
	const sender = keyring.addFromUri('//Alice');
	const receiver = keyring.addFromSeed(randomBytes(32));
	const amount = api.consts.balances.existentialDeposit.muln(EXISTENTIAL_DEPOSITS);

	const transfer = api.tx.balances.transferKeepAlive(receiver.address, amount);
	const blockHash = await within(
		FINALITY_TIMEOUT_SECS,
		'the finality of a transfer',
		finalised(transfer, sender, api.registry),
	);
	const apiAt = await api.at(blockHash);
	const { data } = await apiAt.query.system.account(receiver.address);
	if (!data.free.eq(amount)) {
		throw new Error(`${amount} were sent to ${receiver.address}, which has ${data.free}`);
	}
	return {
		hash: transfer.hash.toHex(),
		block: (await api.rpc.chain.getHeader(blockHash)).number.toNumber(),
		from: sender.address,
		to: receiver.address,
		amount: amount.toString(),
	};
}

/** Signs and sends a transaction; resolves to the finalised block that holds it. */
function finalised(transaction, signer, registry) {
	return new Promise((resolve, reject) => {
		const watch = ({ status, dispatchError }) => {
			if (dispatchError) {
				const error = dispatchError.isModule
					? registry.findMetaError(dispatchError.asModule).name
					: dispatchError.toString();
				reject(new Error(`the transfer failed: ${error}`));
			} else if (DEAD_STATES.some((state) => status[state])) {
				reject(new Error(`the transfer is ${status.type}`));
			} else if (status.isFinalized) {
				resolve(status.asFinalized);
			}
		};
		transaction.signAndSend(signer, watch).catch(reject);
	});
}
