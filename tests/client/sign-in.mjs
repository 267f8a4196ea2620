// SPDX-License-Identifier: Apache-2.0

/**
 * `node sign-in.mjs http://127.0.0.1:31236 //Bob`: signs in at a daemon as a web page does.
 *
 * The wallets are of the stock keyring, one of each kind of key, and sign as the browser's extension
 * does. The one of the secret URI owns the daemon's deed; the others are strangers. Each gets a
 * token and asks what it may and what it may not, and a request without a token is refused, since a
 * web page is no program of the daemon's machine.
 * stdout is one JSON summary; exit code 0. If something is not as it must be, stderr has the
 * reason, and the exit code is 1.
 */

import assert from 'node:assert/strict';
import process from 'node:process';
import { Keyring } from '@polkadot/keyring';
import { u8aToHex, u8aWrapBytes } from '@polkadot/util';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { ask } from './ask.mjs';

const SS58_PREFIX = 1618;

async function main([url, owner, ...rest]) {
	if (owner === undefined || rest.length > 0) {
		throw new Error('usage: node sign-in.mjs <URL of a daemon> <secret URI of its owner>');
	}
	await cryptoWaitReady();
	const page = { origin: new URL('https://a-page.example').origin };
	const refused = await ask(`${url}/v1/r1fs/files`, { method: 'POST', headers: page, body: 'x' });
	assert.equal(refused.status, 401, JSON.stringify(refused));
	const summary = { withoutToken: refused.body.code };
	for (const [type, uri, isOwner] of [
		['sr25519', owner, true],
		['ed25519', '//Stranger', false],
		['ecdsa', '//Stranger', false],
	]) {
		const wallet = new Keyring({ type, ss58Format: SS58_PREFIX }).addFromUri(uri);
		for (const wrap of [u8aWrapBytes, (bytes) => bytes]) {
			const token = await signIn(url, wallet, wrap);
			summary[type] = await use(url, wallet, token, isOwner);
		}
	}
	return summary;
}

/** A token, for the wallet's signature of a challenge. */
async function signIn(url, wallet, wrap) {
	const account = wallet.address;
	const issued = await ask(`${url}/auth/challenge`, { method: 'POST', json: { account } });
	assert.equal(issued.status, 200, JSON.stringify(issued));
	const { challenge } = issued.body;
	assert.match(challenge, new RegExp(`^Account: ${account}$`, 'm'));
	const signature = u8aToHex(wallet.sign(wrap(new TextEncoder().encode(challenge))));
	const signed = { method: 'POST', json: { challenge, signature } };
	const answer = await ask(`${url}/auth/token`, signed);
	assert.equal(answer.status, 200, JSON.stringify(answer));
	assert.equal(answer.body.account, account);
	const again = await ask(`${url}/auth/token`, signed);
	assert.deepEqual([again.status, again.body.code], [401, 'sign_in_refused']);
	return answer.body.token;
}

/** What a token opens: everybody may know who he is, the owner may add a file. */
async function use(url, wallet, token, isOwner) {
	const headers = { authorization: `Bearer ${token}` };
	const known = await ask(`${url}/v1/auth/self`, { headers });
	assert.equal(known.status, 200, JSON.stringify(known));
	assert.equal(known.body.account, wallet.address);
	const added = await ask(`${url}/v1/r1fs/files`, { method: 'POST', headers, body: wallet.address });
	assert.equal(added.status, isOwner ? 200 : 403, JSON.stringify(added));
	return { account: wallet.address, files: added.status };
}

try {
	console.log(JSON.stringify(await main(process.argv.slice(2)), null, 2));
} catch (error) {
	console.error(error);
	process.exitCode = 1;
}
