// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, TypeRegistry } from '@polkadot/types';
import metadataHex from '@polkadot/types-support/metadata/static-substrate';
import { decodeEvents, decodeExtrinsic, failuresIn } from './blocks.mjs';

/** A registry of some real chain: what it has is not ours, but how it is encoded is. */
const registry = new TypeRegistry();
registry.setMetadata(new Metadata(registry, metadataHex));

const eventsType = registry.metadata.pallets
	.find(({ name }) => name.eq('System'))
	.storage.unwrap()
	.items.find(({ name }) => name.eq('Events')).type.asPlain;
/** `timestamp.set(7)`: index of the pallet and the call, and a compact number. */
const call = callOf('Timestamp', 'set') + '1c';

/** The two index bytes of a call, in hexadecimal. */
function callOf(palletName, callName) {
	const pallet = registry.metadata.pallets.find(({ name }) => name.eq(palletName));
	const calls = registry.lookup.getSiType(pallet.calls.unwrap().type).def.asVariant.variants;
	const { index } = calls.find(({ name }) => name.eq(callName));
	return [pallet.index, index].map((byte) => byte.toNumber().toString(16).padStart(2, '0')).join('');
}

/** Bytes with their compact length before them; at most 63. */
function prefixed(hex) {
	return `0x${((hex.length / 2) << 2).toString(16).padStart(2, '0')}${hex}`;
}

test('a bare extrinsic decodes', () => {
	const { method } = decodeExtrinsic(registry, prefixed(`04${call}`));
	assert.equal(`${method.section}.${method.method}(${method.args[0]})`, 'timestamp.set(7)');
});

test('a general extrinsic decodes', () => {
	// Version byte and version of the extensions; immortal, nonce 0, tip 0, no asset, no metadata
	// hash; the call.
	const { method } = decodeExtrinsic(registry, prefixed(`4500${'00'.repeat(5)}${call}`));
	assert.equal(`${method.section}.${method.method}(${method.args[0]})`, 'timestamp.set(7)');
});

test('an extrinsic with bytes missing or left over does not decode', () => {
	assert.throws(() => decodeExtrinsic(registry, prefixed(`04${call.slice(0, -2)}`)));
	assert.throws(() => decodeExtrinsic(registry, prefixed(`04${call}00`)));
	assert.throws(() => decodeExtrinsic(registry, prefixed('04ffff')));
});

test('events decode, and an unknown one does not', () => {
	const records = registry.createType(registry.createLookupType(eventsType), []);
	assert.deepEqual(decodeEvents(registry, eventsType, records.toHex()), []);
	// One record: phase "apply extrinsic 0", pallet 255, event 255, no topics.
	assert.throws(() => decodeEvents(registry, eventsType, '0x040000000000ffff00'));
});

test('the error of a failed extrinsic has its name in its pallet', () => {
	const balances = registry.metadata.pallets.find(({ name }) => name.eq('Balances'));
	const index = balances.index.toNumber();
	const error = registry.createType('DispatchError', { Module: { index, error: '0x02000000' } });
	const record = {
		phase: registry.createType('Phase', { ApplyExtrinsic: 0 }),
		event: { section: 'system', method: 'ExtrinsicFailed', data: [error] },
	};
	const [failure, ...others] = failuresIn(registry, record, ['balances.transferAllowDeath']);
	assert.deepEqual(others, []);
	assert.equal(failure.call, 'balances.transferAllowDeath');
	assert.match(failure.error, /^balances\.InsufficientBalance: .+/);

	const unknown = registry.createType('DispatchError', { Module: { index, error: '0xfe000000' } });
	record.event.data = [registry.createType('Option<DispatchError>', unknown)];
	assert.throws(() => failuresIn(registry, record, []));
});
