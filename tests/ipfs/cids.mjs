// SPDX-License-Identifier: Apache-2.0

// CIDs of files and directories, as Helia computes them: `offchain/r1fs/fixtures/cids.json`.

import { add, write } from './content.mjs'

const CHUNK = 262144
const WIDTH = 174

const file = (length, chunkBytes = CHUNK) => ({ chunkBytes, files: [{ path: '', length }] })
const directory = (...files) => ({ chunkBytes: CHUNK, files })

const CASES = [
	...[0, 1, 2, 255, 256, 1000].map(length => file(length)),
	...[CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1].map(n => file(n)),
	file(1 << 20),
	file(WIDTH * CHUNK - 1),
	file(WIDTH * CHUNK),
	file(WIDTH * CHUNK + 1),
	file(100 << 20),
	...[1024, 65536, 1048576].map(chunkBytes => file(3_000_001, chunkBytes)),
	directory({ path: 'one', length: 1 }),
	directory({ path: 'empty' }),
	directory({ path: 'empty file', length: 0 }, { path: 'two chunks', length: CHUNK + 1 }),
	directory({ path: 'a/b/c/d/e/f/deep', length: 5 }, { path: 'a/b/side', length: 6 }),
	directory({ path: 'b', length: 1 }, { path: 'a', length: 2 }, { path: 'B', length: 3 }),
	// The same content under two names.
	directory({ path: 'x/1', length: 9 }, { path: 'x/2', length: 9 }),
	directory(
		...['größe', 'ライブラリ', '🔑', 'with space', ' leading', 'trailing ', '...', '-dash',
			'%2e%2e', 'a\\b', 'new\nline', 'é', 'e\u0301', '\u{10ffff}', '\uffee', '~']
			.map((path, index) => ({ path, length: index }))),
	directory({ path: 'n'.repeat(255), length: 1 }),
	directory(...Array.from({ length: 1000 }, (_, n) => ({ path: `file-${n}`, length: n }))),
]

const done = []
for (const { chunkBytes, files } of CASES) {
	const { root } = await add(files, chunkBytes)
	done.push({ cid: root.toString(), chunk_bytes: chunkBytes, files })
}
const lines = done.map(entry => `\t${JSON.stringify(entry)}`)
write('cids.json', `[\n${lines.join(',\n')}\n]\n`)
