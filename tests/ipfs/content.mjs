// SPDX-License-Identifier: Apache-2.0

// Files that need not be kept because a formula makes them, and how they are added here.

import { unixfs } from '@helia/unixfs'
import { MemoryBlockstore } from 'blockstore-core'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { writeFileSync } from 'node:fs'

/// The byte at position `p` is the highest of the 32 bits of `p * 0x9e3779b1`.
export function content(length) {
	const bytes = new Uint8Array(length)
	for (let position = 0; position < length; position++) {
		bytes[position] = Math.imul(position, 0x9e3779b1) >>> 24
	}
	return bytes
}

/// A store that remembers the CIDs: by itself it knows blocks by their hashes alone.
class Recording extends MemoryBlockstore {
	cids = []

	put(cid, block, options) {
		this.cids.push(cid)
		return super.put(cid, block, options)
	}
}

/// How files are cut and their trees are built.
export const optionsFor = chunkSize => ({
	cidVersion: 1,
	rawLeaves: true,
	chunker: fixedSize({ chunkSize }),
	layout: balanced({ maxChildrenPerNode: 174 }),
})

/// Adds some bytes to a store of their own.
export async function addBytes(bytes, chunkBytes = 262144) {
	const blocks = new Recording()
	const root = await unixfs({ blockstore: blocks }).addBytes(bytes, optionsFor(chunkBytes))
	return { root, blocks }
}

/// Adds files (`{ path, length }` or `{ path, bytes }`, or the path alone for an empty directory) to
/// a store of their own; the root is the one directory around them, or the one file with an empty
/// path.
export async function add(files, chunkBytes) {
	const blocks = new Recording()
	const helia = unixfs({ blockstore: blocks })
	const options = optionsFor(chunkBytes)
	if (files.length === 1 && files[0].path === '') {
		return addBytes(content(files[0].length), chunkBytes)
	}
	const candidates = files.map(({ path, length, bytes }) => ({
		path,
		content: bytes ?? (length === undefined ? undefined : content(length)),
	}))
	let root
	for await (const { cid } of helia.addAll(candidates, { ...options, wrapWithDirectory: true })) {
		root = cid
	}
	return { root, blocks }
}

/// Writes a fixture where the tests of r1fs read it.
export function write(name, bytes) {
	writeFileSync(new URL(`../../offchain/r1fs/fixtures/${name}`, import.meta.url), bytes)
}
