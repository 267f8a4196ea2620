// SPDX-License-Identifier: Apache-2.0

// CIDs by BLAKE3, of which Helia's importer knows nothing: it makes the blocks, and here each of them
// gets another name, and so each that links to it other bytes. `offchain/r1fs/fixtures/blake3.json`
// and `blake3.car`; `groups.mjs` says what a case of many files means.

import './resolvers.mjs'

import { CarWriter } from '@ipld/car'
import * as dagPb from '@ipld/dag-pb'
import { blake3 } from '@noble/hashes/blake3.js'
import { CID } from 'multiformats/cid'
import * as digest from 'multiformats/hashes/digest'
import { add, write } from './content.mjs'
import { STRANGE, files, many } from './groups.mjs'

const CHUNK = 262144
const BLAKE3 = 0x1e

async function bytesOf(blocks, cid) {
	const parts = []
	for await (const part of blocks.get(cid)) parts.push(part)
	return Buffer.concat(parts)
}

/// All blocks below a root, children first, under other names: `done` is by the old ones.
async function renamed(blocks, cid, done) {
	const before = done.get(cid.toString())
	if (before) return before.cid
	let bytes = await bytesOf(blocks, cid)
	if (cid.code === dagPb.code) {
		const node = dagPb.decode(bytes)
		for (const link of node.Links) link.Hash = await renamed(blocks, link.Hash, done)
		bytes = dagPb.encode(node)
	}
	const named = CID.createV1(cid.code, digest.create(BLAKE3, blake3(bytes)))
	done.set(cid.toString(), { cid: named, bytes })
	return named
}

const file = (length, chunkBytes = CHUNK) => ({ chunkBytes, files: [{ path: '', length }] })
const directory = (...list) => ({ chunkBytes: CHUNK, files: list })

const CASES = [
	...[0, 1, 1000, CHUNK, CHUNK + 1, 175 * CHUNK].map(length => file(length)),
	file(3_000_001, 1024),
	directory({ path: 'a/b/größe', length: 3000 }, { path: 'a/empty' }, { path: 'c', length: CHUNK + 1 }),
	{ chunkBytes: CHUNK, groups: [many('file-{n}', 7000)] },
]

const done = []
for (const { chunkBytes, files: list, groups } of CASES) {
	const { root, blocks } = await add(list ?? groups.flatMap(files), chunkBytes)
	const cid = await renamed(blocks, root, new Map())
	done.push({ cid: cid.toString(), chunk_bytes: chunkBytes, files: list, groups })
}
const lines = done.map(entry => `\t\t${JSON.stringify(entry)}`)
write('blake3.json',
	`{\n\t"strange": ${JSON.stringify(STRANGE)},\n\t"cases": [\n${lines.join(',\n')}\n\t]\n}\n`)

const { root, blocks } = await add([{ path: 'a/größe', length: 3000 }, { path: 'a/b', length: 5 }], 1024)
const all = new Map()
const { writer, out } = CarWriter.create([await renamed(blocks, root, all)])
const parts = []
const collected = (async () => {
	for await (const part of out) parts.push(part)
})()
for (const { cid, bytes } of all.values()) await writer.put({ cid, bytes })
await writer.close()
await collected
write('blake3.car', Buffer.concat(parts))
