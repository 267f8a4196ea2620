// SPDX-License-Identifier: Apache-2.0

/**
 * `node files.mjs <API URL> <SDK URL>...`: uses the files of several nodes through the SDK of the
 * deployed network, unchanged, as apps do that were written for others: all that it offers for files.
 * What is added at one node is read at all. At the API of the first node, a stock client of tus uploads
 * a file, and goes on after it was stopped.
 *
 * stdout is one JSON summary; exit code 0. If something is
 * not as it must be, stderr has the reason, and the exit code is 1.
 */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import process from 'node:process';
import { Readable } from 'node:stream';
import { Upload } from 'tus-js-client';
import { within } from './within.mjs';

// Its modules for `import` name files that Node.js does not find.
const { default: createEdgeSdk } = createRequire(import.meta.url)('@ratio1/edge-sdk-ts');

/** How long one request may take: a passphrase takes a second, twice. */
const ANSWER_SECS = 60;

/** Some blocks, and a rest. */
const FILE_BYTES = 1_000_000;

/** What is sent of an upload at a time. */
const PART_BYTES = 300_000;

const SECRET = 'correct horse battery staple';

async function main([api, ...urls]) {
	if (urls.length < 2) {
		throw new Error('usage: node files.mjs <API URL> <SDK URL> <SDK URL>...');
	}
	const started = Date.now();
	const nodes = urls.map((r1fsUrl) => createEdgeSdk({ r1fsUrl }).r1fs);
	const status = await answered(nodes[0].getStatus());
	assert.equal(typeof status.EE_ID, 'string');
	const full = await answered(nodes[0].getStatusFull());
	assert.equal(typeof full.ee_node_address, 'string');

	const cids = [
		await files(nodes, undefined),
		await files(nodes, SECRET),
		await base64(nodes, undefined),
		await base64(nodes, SECRET),
		await values(nodes),
	].flat();
	const resumed = await answered(resume(api));
	await refusals(nodes[0]);
	await deletions(nodes[0], cids);
	return { nodes: nodes.length, cids: cids.length, resumed, ms: Date.now() - started };
}

/** Bytes, as a buffer and as a stream, with a secret or without. */
async function files(nodes, secret) {
	const [first] = nodes;
	const bytes = Buffer.from(Uint8Array.from({ length: FILE_BYTES }, (_, place) => place % 251));
	const added = await answered(first.addFile({ file: bytes, filename: 'a b.bin', secret, nonce: 1 }));
	const stream = Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]);
	const streamed = await answered(first.addFile({ file: stream, filename: 'a b.bin', secret }));
	// A file with a secret has another CID each time: else everyone could see who has the same.
	assert.equal(added.cid === streamed.cid, secret === undefined);
	for (const { cid } of [added, streamed]) {
		for (const node of nodes) {
			const response = await answered(node.getFile({ cid, secret }));
			const got = Buffer.from(await response.arrayBuffer());
			assert.ok(got.equals(bytes), `${got.length} bytes came back`);
			assert.match(response.headers.get('content-disposition'), /filename="a b.bin"/);
		}
	}
	return [...new Set([added.cid, streamed.cid])];
}

async function base64(nodes, secret) {
	const text = Buffer.from('ș and others').toString('base64');
	const request = { file_base64_str: text, filename: 'note.txt', secret };
	const { cid } = await answered(nodes[0].addFileBase64(request));
	for (const node of nodes) {
		const got = await answered(node.getFileBase64({ cid, secret }));
		assert.deepEqual(got, { file_base64_str: text, filename: 'note.txt' });
	}
	return [cid];
}

async function values(nodes) {
	const [first, second] = nodes;
	const data = { name: 'ș', list: [1, 2.5, null, true], nested: { a: { b: '- c: d' } } };
	const calculated = await answered(first.calculateJsonCid({ data, nonce: 7, fn: 'x.json' }));
	const json = await answered(first.addJson({ data, nonce: 7, fn: 'x.json' }));
	assert.equal(json.cid, calculated.cid);
	const response = await answered(second.getFile({ cid: json.cid }));
	assert.deepEqual(JSON.parse(Buffer.from(await response.arrayBuffer()).toString()), data);
	const yaml = await answered(first.addYaml({ data, fn: 'x.yaml' }));
	for (const node of nodes) {
		assert.deepEqual((await answered(node.getYaml({ cid: yaml.cid }))).file_data, data);
	}
	return [json.cid, yaml.cid];
}

/** An upload that is stopped and goes on; where it went on. */
async function resume(api) {
	const bytes = Buffer.from(Uint8Array.from({ length: FILE_BYTES }, (_, place) => place % 241));
	const options = {
		endpoint: `${api}/v1/r1fs/uploads`,
		metadata: { filename: 'resumed' },
		chunkSize: PART_BYTES,
		// A client that is stopped shall not go on by itself.
		retryDelays: null,
	};
	const uploadUrl = await new Promise((resolve, reject) => {
		const upload = new Upload(bytes, {
			...options,
			onError: reject,
			onChunkComplete: () => upload.abort().then(() => resolve(upload.url), reject),
		});
		upload.start();
	});
	let cid;
	const offsets = [];
	await new Promise((resolve, reject) => {
		const upload = new Upload(bytes, {
			...options,
			uploadUrl,
			onError: reject,
			onSuccess: resolve,
			onAfterResponse: (_, response) => {
				offsets.push(Number(response.getHeader('Upload-Offset')));
				cid = response.getHeader('R1-Cid');
			},
		});
		upload.start();
	});
	const got = await fetch(`${api}/ipfs/${cid}`);
	assert.ok(Buffer.from(await got.arrayBuffer()).equals(bytes));
	assert.ok(offsets[0] >= PART_BYTES, `it went on at ${offsets[0]}`);
	assert.equal(offsets.at(-1), FILE_BYTES);
	return offsets[0];
}

/** What is not done, or not done so, is said. */
async function refusals(node) {
	const pickle = { data: { a: 1 }, nonce: 1 };
	await assert.rejects(node.addPickle(pickle), /status 501/);
	await assert.rejects(node.calculatePickleCid(pickle), /status 501/);
	const secret = { data: { a: 1 }, nonce: 1, secret: SECRET };
	await assert.rejects(node.calculateJsonCid(secret), /status 400/);
	const { cid } = await answered(node.addJson({ data: { a: 1 }, secret: SECRET }));
	await assert.rejects(node.getFile({ cid }), /status 403/);
	await assert.rejects(node.getFile({ cid, secret: 'another' }), /status 403/);
	const outside = { file_base64_str: 'YQ==', filename: '../../outside' };
	await assert.rejects(node.addFileBase64(outside), /status 400/);
}

async function deletions(node, [first, ...rest]) {
	const deleted = await answered(node.deleteFile({ cid: first, run_gc: true }));
	assert.deepEqual([deleted.success, deleted.cid], [true, first]);
	const cids = [first, ...rest];
	const many = await answered(node.deleteFiles({ cids, run_gc_after_all: true }));
	assert.deepEqual(many.failed, [first]);
	assert.deepEqual(many.success, rest);
	assert.deepEqual([many.total, many.success_count, many.failed_count], [cids.length, rest.length, 1]);
}

function answered(answer) {
	return within(ANSWER_SECS, 'an answer', answer);
}

try {
	console.log(JSON.stringify(await main(process.argv.slice(2)), null, 2));
} catch (error) {
	console.error(error);
	// At once: connections that are still open would keep the program alive.
	process.exit(1);
}
