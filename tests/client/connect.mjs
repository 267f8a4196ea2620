// SPDX-License-Identifier: Apache-2.0

/** The stock client, connected to a node. */

import { ApiPromise, WsProvider } from '@polkadot/api';
import { within } from './within.mjs';

/** A node at loopback answers at once, or it is not there. */
const CONNECT_TIMEOUT_SECS = 30;

/** Connects, and reads the metadata; throws if either takes too long. */
export async function connect(url) {
	const provider = new WsProvider(url, false);
	try {
		await within(CONNECT_TIMEOUT_SECS, `a connection to ${url}`, connected(provider, url));
		const api = new ApiPromise({ provider, noInitWarn: true });
		return await within(CONNECT_TIMEOUT_SECS, `the metadata of ${url}`, api.isReadyOrError);
	} catch (error) {
		await provider.disconnect();
		throw error;
	}
}

/** Connects once: a stock provider would try again for ever. */
function connected(provider, url) {
	return new Promise((resolve, reject) => {
		provider.on('connected', resolve);
		provider.on('error', () => reject(new Error(`could not connect to ${url}`)));
		provider.connect().catch(reject);
	});
}
