// SPDX-License-Identifier: Apache-2.0

/** Transactions that are sent and seen through to finality. */

import { within } from './within.mjs';

/** Some blocks until inclusion, and some more until finality. */
const FINALITY_TIMEOUT_SECS = 120;
/** A transaction in one of these states is never included. */
const DEAD_STATES = ['isDropped', 'isFinalityTimeout', 'isInvalid', 'isUsurped'];

/** Signs and sends a transaction; resolves to the hash of the finalised block that holds it. */
export function finalised(what, transaction, signer) {
	const sent = new Promise((resolve, reject) => {
		const watch = ({ status, dispatchError }) => {
			if (dispatchError) {
				const error = dispatchError.isModule
					? transaction.registry.findMetaError(dispatchError.asModule).name
					: dispatchError.toString();
				reject(new Error(`${what} failed: ${error}`));
			} else if (DEAD_STATES.some((state) => status[state])) {
				reject(new Error(`${what} is ${status.type}`));
			} else if (status.isFinalized) {
				resolve(status.asFinalized);
			}
		};
		transaction.signAndSend(signer, watch).catch(reject);
	});
	return within(FINALITY_TIMEOUT_SECS, `the finality of ${what}`, sent);
}
