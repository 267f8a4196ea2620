// SPDX-License-Identifier: Apache-2.0

// CIDs of directories that are too large for one block, as Helia computes them:
// `offchain/r1fs/fixtures/sharded.json`. `groups.mjs` says what a case means.

import './resolvers.mjs'

import { add, write } from './content.mjs'
import { STRANGE, files, many, one } from './groups.mjs'

const CHUNK = 262144

const CASES = [
	[many('file-{n}', 3000)],
	// What Helia counts of an entry are its name and its CID, of 36 bytes: below 256 KiB, at it, above.
	[many('{n}', 900, 255)],
	[many('{n}', 900, 255), one('a{n}', 207)],
	[many('{n}', 900, 255), one('a{n}', 208)],
	[many('{n}', 901, 255)],
	[many('file-{n}', 5700), many('x{n}', 1)],
	[many('file-{n}', 7000)],
	[many('{s}{n}', 10000)],
	[many('{n}{s}', 20000, 7)],
	// Large ones in large ones, and in small ones.
	[many('a/b/{n}', 8000), many('a/c', 1), many('{s}-{n}', 7000)],
	[many('{n}/{s}', 3), many('0/f{n}', 6500), many('1/g{n}', 6400), many('2/h{n}', 100)],
	// Directories: those with nothing in them count, and others do not.
	[{ ...many('empty-{n}', 7000), empty: true }],
	[many('d-{n}/f', 7000)],
	[many('d-{n}/f', 7000), many('f-{n}', 6000)],
	[many('d-{n}/f', 7000), many('f-{n}', 7000)],
]

const done = []
for (const groups of CASES) {
	const { root, blocks } = await add(groups.flatMap(files), CHUNK)
	done.push({ cid: root.toString(), groups })
}
const lines = done.map(entry => `\t\t${JSON.stringify(entry)}`)
write('sharded.json',
	`{\n\t"strange": ${JSON.stringify(STRANGE)},\n\t"cases": [\n${lines.join(',\n')}\n\t]\n}\n`)
