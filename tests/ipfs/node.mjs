// SPDX-License-Identifier: Apache-2.0

// A Helia node on loopback, over TCP, Noise and Yamux, that gives and fetches files over bitswap.
//
//     node node.mjs
//
// It is told what to do by lines, and answers each with a line of JSON:
//
//     add <bytes>               {"cid", "bytes", "sha256"}: keeps a file and goes on serving it
//     get <multiaddress> <cid>  {"bytes", "sha256", "ms"}: fetches a file from the node that is there
//
// Its first line is {"peer", "addresses"}; what goes wrong is {"error"}. It ends with its input.

import './resolvers.mjs'

import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { unixfs } from '@helia/unixfs'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createHeliaLight } from 'helia'
import { CID } from 'multiformats/cid'
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { content, optionsFor } from './content.mjs'

/** Bytes of a chunk, as r1fs cuts files by default. */
const CHUNK_BYTES = 262144

/** How long one file may take. */
const PATIENCE_MS = 120_000

const helia = await withBitswap(withLibp2pLight(createHeliaLight(), {
	addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
	transports: [tcp()],
	connectionEncrypters: [noise()],
	streamMuxers: [yamux()],
	services: { identify: identify() },
})).start()
const files = unixfs(helia)

const say = answer => console.log(JSON.stringify(answer))

const digest = bytes => createHash('sha256').update(bytes).digest('hex')

const COMMANDS = {
	async add (bytes) {
		const file = content(Number(bytes))
		const cid = await files.addBytes(file, optionsFor(CHUNK_BYTES))
		return { cid: cid.toString(), bytes: file.length, sha256: digest(file) }
	},

	async get (address, cid) {
		const began = performance.now()
		const signal = AbortSignal.timeout(PATIENCE_MS)
		await helia.libp2p.dial(multiaddr(address), { signal })
		const hash = createHash('sha256')
		let bytes = 0
		for await (const part of files.cat(CID.parse(cid), { signal })) {
			hash.update(part)
			bytes += part.length
		}
		const ms = Math.round(performance.now() - began)
		return { bytes, sha256: hash.digest('hex'), ms }
	},
}

say({
	peer: helia.libp2p.peerId.toString(),
	addresses: helia.libp2p.getMultiaddrs().map(String),
})
for await (const line of createInterface({ input: process.stdin })) {
	const [command, ...words] = line.trim().split(' ')
	try {
		if (!Object.hasOwn(COMMANDS, command)) throw new Error(`no such command: ${command}`)
		say(await COMMANDS[command](...words))
	} catch (error) {
		say({ error: String(error) })
	}
}
await helia.stop()
