// SPDX-License-Identifier: Apache-2.0

// CAR files, as the tools of IPFS write them: `offchain/r1fs/fixtures/*.car`.

import { CarWriter } from '@ipld/car'
import { add, write } from './content.mjs'

/// All blocks of a root, as one CAR file.
async function car(root, blocks) {
	const { writer, out } = CarWriter.create([root])
	const parts = []
	const collected = (async () => {
		for await (const part of out) parts.push(part)
	})()
	for (const cid of blocks.cids) {
		const block = []
		for await (const part of blocks.get(cid)) block.push(part)
		await writer.put({ cid, bytes: Buffer.concat(block) })
	}
	await writer.close()
	await collected
	return Buffer.concat(parts)
}

const { root, blocks } = await add(
	[{ path: 'a/größe', length: 3000 }, { path: 'a/b', length: 5 }, { path: 'empty' }], 1024)
write('helia.car', await car(root, blocks))
