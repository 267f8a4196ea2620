// SPDX-License-Identifier: Apache-2.0

/**
 * `node store.mjs <SDK URL> <Redis port> [<SDK URL> <Redis port>]...`: uses the store of several
 * nodes that replicate one namespace, as apps do that were written for others.
 *
 * The SDK is the one of the deployed network, unchanged; the other client is the stock one of Redis.
 * What is written at one node is read at all. stdout is one JSON summary; exit code 0. If something
 * is not as it must be, stderr has the reason, and the exit code is 1.
 */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { createClient } from 'redis';
import { within } from './within.mjs';

// Its modules for `import` name files that Node.js does not find.
const { default: createEdgeSdk } = createRequire(import.meta.url)('@ratio1/edge-sdk-ts');

/** How long replicas may take to hold the same. */
const LEVEL_SECS = 10;

/** Commands in one pipeline. */
const PIPELINE = 1_000;

async function main(args) {
	if (args.length < 4 || args.length % 2 !== 0) {
		throw new Error('usage: node store.mjs <SDK URL> <Redis port> <SDK URL> <Redis port> ...');
	}
	const nodes = [];
	for (let place = 0; place < args.length; place += 2) {
		nodes.push({ url: args[place], port: args[place + 1] });
	}
	const started = Date.now();
	const sdk = await useSdk(nodes.map(({ url }) => url));
	const redis = {};
	for (const version of [2, 3]) {
		redis[`resp${version}`] = await useRedis(nodes.map(({ port }) => port), version);
	}
	const mixed = await mix(nodes[0].url, nodes[1].port);
	return { nodes: nodes.length, sdk, redis, mixed, ms: Date.now() - started };
}

/** All that the SDK offers for the store. */
async function useSdk(urls) {
	const stores = urls.map((cstoreUrl) => sdkAt(cstoreUrl).cstore);
	const [first] = stores;
	assert.deepEqual(await first.getStatus(), { keys: [] });
	const full = await first.getStatusFull();
	for (const field of ['server_node_addr', 'ee_node_alias', 'ee_node_address', 'ee_node_ver']) {
		assert.equal(typeof full[field], 'string', field);
	}
	const values = { text: 'ș', number: 1.5, truth: false, list: [1, null], object: { a: { b: 1 } } };
	for (const [key, value] of Object.entries(values)) {
		assert.equal(await first.setValue({ key: `sdk:${key}`, value }), true);
		assert.equal((await first.hsetFull({ hkey: 'sdk', key, value })).result, true);
	}
	for (const store of stores) {
		for (const [key, value] of Object.entries(values)) {
			await level(() => store.getValue({ key: `sdk:${key}` }), value);
			await level(() => store.hget({ hkey: 'sdk', key }), value);
		}
		await level(() => store.hgetall({ hkey: 'sdk' }), values);
	}
	assert.equal(await first.setValue({ key: 'sdk:text', value: null }), true);
	for (const store of stores) {
		await level(() => store.getValue({ key: 'sdk:text' }), null);
	}
	assert.equal(await first.hget({ hkey: 'sdk', key: 'none' }), null);
	await assert.rejects(first.setValue({ key: 'x'.repeat(2_000), value: 1 }), /status 400/);
	return { values: Object.keys(values).length };
}

/** What a stock client of Redis does, in a version of the protocol. */
async function useRedis(ports, version) {
	const clients = await Promise.all(ports.map((port) => connect(port, version)));
	const [first, second] = clients;
	const begun = Date.now();
	// Of this run alone: the store remembers others.
	const key = (name) => `redis${version}:${begun}:${name}`;
	try {
		await first.set(key('text'), 'hello', { expiration: { type: 'PX', value: 60_000 } });
		assert.equal(await first.set(key('text'), 'other', { condition: 'NX' }), null);
		assert.ok((await first.pTTL(key('text'))) > 0);
		await first.hSet(key('hash'), { a: '1', b: '2' });
		await first.sAdd(key('set'), ['x', 'y', 'z']);
		await second.sAdd(key('set'), 'w');
		// Two writers count at the same time, and nothing is lost.
		const counts = clients.map((client) => client.incrBy(key('count'), 5));
		await Promise.all(counts);
		const copies = await first.wait(1, LEVEL_SECS * 1_000);
		assert.ok(copies >= 1, `${copies} copies`);
		for (const client of clients) {
			await level(() => client.get(key('text')), 'hello');
			await level(() => client.get(key('count')), String(5 * clients.length));
			await level(async () => ({ ...(await client.hGetAll(key('hash'))) }), { a: '1', b: '2' });
			await level(async () => sorted(await client.sMembers(key('set'))), ['w', 'x', 'y', 'z']);
		}
		await pipeline(first, second, key);
		const heard = await listen(first, second, key);
		await assert.rejects(first.sendCommand(['FLUSHALL']), /unknown command/);
		await assert.rejects(first.hGet(key('text'), 'a'), /WRONGTYPE/);
		return { copies, heard };
	} finally {
		await Promise.all(clients.map((client) => client.close()));
	}
}

/** A thousand commands at once, all of whose keys a cursor finds on another replica. */
async function pipeline(first, second, key) {
	const names = Array.from({ length: PIPELINE }, (_, number) => key(`many:${number}`));
	await Promise.all(names.map((name) => first.set(name, 'v')));
	await level(async () => {
		const found = [];
		for await (const keys of second.scanIterator({ MATCH: key('many:*'), COUNT: 200 })) {
			found.push(...keys);
		}
		return new Set(found).size;
	}, PIPELINE);
	assert.equal(await first.del(names), PIPELINE);
	await level(() => second.exists(names), 0);
}

/** What is published on one replica, and what happens to a key there, is heard on another. */
async function listen(speaker, listener, key) {
	const ears = listener.duplicate();
	ears.on('error', fail);
	await ears.connect();
	const heard = [];
	await ears.subscribe(key('news'), (message) => heard.push(message));
	await ears.subscribe(`__keyspace@0__:${key('watched')}`, (what) => heard.push(what));
	await speaker.publish(key('news'), 'hello');
	await speaker.set(key('watched'), '1');
	// Of what changes twice before it is sent, only the newest state is.
	await level(async () => heard.includes('set'), true);
	await speaker.del(key('watched'));
	await level(async () => sorted(heard), ['del', 'hello', 'set']);
	await ears.unsubscribe();
	await ears.close();
	return heard.length;
}

/** Both see one store: the SDK's values are JSON, and JSON is what it reads. */
async function mix(url, port) {
	const { cstore } = sdkAt(url);
	const client = await connect(port, 3);
	try {
		await cstore.setValue({ key: 'mixed', value: { from: 'sdk' } });
		await level(() => client.get('mixed'), '{"from":"sdk"}');
		await client.set('mixed', '{"from":"redis"}');
		await level(() => cstore.getValue({ key: 'mixed' }), { from: 'redis' });
		await client.set('mixed', 'plain text');
		await level(() => cstore.getValue({ key: 'mixed' }), 'plain text');
		return true;
	} finally {
		await client.close();
	}
}

function sdkAt(cstoreUrl) {
	return createEdgeSdk({ cstoreUrl });
}

async function connect(port, version) {
	const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: version });
	client.on('error', fail);
	await client.connect();
	return client;
}

/** Waits until what is read is what is expected. */
async function level(read, expected) {
	const ends = Date.now() + LEVEL_SECS * 1_000;
	for (;;) {
		const got = await within(LEVEL_SECS, 'an answer', read());
		try {
			assert.deepEqual(got, expected);
			return;
		} catch (error) {
			if (ends < Date.now()) {
				throw error;
			}
			// What is read may need this program to listen in between.
			await setImmediate();
		}
	}
}

function sorted(list) {
	return [...list].sort();
}

function fail(error) {
	console.error(error);
	process.exit(1);
}

try {
	console.log(JSON.stringify(await main(process.argv.slice(2)), null, 2));
} catch (error) {
	// At once: connections that are still open would keep the program alive.
	fail(error);
}
