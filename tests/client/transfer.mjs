// SPDX-License-Identifier: Apache-2.0

/** One signed transfer, from a well-known development account to an account that is new. */

import { randomBytes } from 'node:crypto';
import { Keyring } from '@polkadot/api';
import { finalised } from './send.mjs';

/** How often the smallest balance is sent, so that the new account lives. */
const EXISTENTIAL_DEPOSITS = 10;

/** Sends it, waits for finality, and checks the balance that the chain finalised. */
export async function sendTransfer(api) {
	const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
	const sender = keyring.addFromUri('//Alice');
	const receiver = keyring.addFromSeed(randomBytes(32));
	const amount = api.consts.balances.existentialDeposit.muln(EXISTENTIAL_DEPOSITS);

	const transfer = api.tx.balances.transferKeepAlive(receiver.address, amount);
	const blockHash = await finalised('a transfer', transfer, sender);
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
