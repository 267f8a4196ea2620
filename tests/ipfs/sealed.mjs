// SPDX-License-Identifier: Apache-2.0

// Sealed files as `age` in TypeScript and Helia make them: `offchain/r1fs/fixtures/*.sealed.car`,
// and the keys that open them.

import { CarWriter } from '@ipld/car'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { add, addBytes, content, write } from './content.mjs'

const NAME = 'größe der Welt.json'
const PASSPHRASE = 'correct horse battery staple'

/// Little work, so that a test can wait for it.
const WORK = 8

/// Seals some bytes for one recipient or a passphrase.
async function seal(bytes, recipient) {
	const encrypter = new Encrypter()
	if (recipient === undefined) {
		encrypter.setPassphrase(PASSPHRASE)
		encrypter.setScryptWorkFactor(WORK)
	} else {
		encrypter.addRecipient(recipient)
	}
	return await encrypter.encrypt(bytes)
}

/// A sealed file as a CAR file.
async function sealedCar(length, recipient) {
	const sealed = await seal(content(length), recipient)
	const { root: cid } = await addBytes(sealed)
	const manifest = JSON.stringify({
		'r1fs-manifest': 1,
		name: NAME,
		media_type: 'application/json',
		bytes: length,
		content: cid.toString(),
	})
	const { root, blocks } = await add([
		{ path: 'content.age', bytes: sealed },
		{ path: 'manifest.age', bytes: await seal(new TextEncoder().encode(manifest), recipient) },
	], 262144)
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

const identity = await generateX25519Identity()
const recipient = await identityToRecipient(identity)
write('keys.json', `${JSON.stringify({ identity, recipient, passphrase: PASSPHRASE }, null, '\t')}\n`)
// Two chunks of age, and one byte.
write('keys.sealed.car', await sealedCar(2 * 65536 + 1, recipient))
write('passphrase.sealed.car', await sealedCar(1000))
