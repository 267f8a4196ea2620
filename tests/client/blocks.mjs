// SPDX-License-Identifier: Apache-2.0

/**
 * Blocks, decoded with no loss: what is decoded must encode to the very same bytes.
 *
 * A client that guesses a type wrong often still gets *some* value. Encoding it again tells.
 */

import { Enum, Option, Struct } from '@polkadot/types';

/**
 * Reads and decodes one finalised block.
 *
 * Returns its number, the names of its calls, its event records, and what failed in it.
 * Throws if anything does not decode, and says where.
 */
export async function readBlock(api, number) {
	const hash = await api.rpc.chain.getBlockHash(number);
	const apiAt = await api.at(hash);
	const [{ block }, eventsHex] = await Promise.all([
		api.rpc.chain.getBlock.raw(hash.toHex()),
		api.rpc.state.getStorage.raw(apiAt.query.system.events.key(), hash.toHex()),
	]);
	const extrinsics = block.extrinsics.map((hex, index) =>
		at(`block ${number}, extrinsic ${index}`, () => decodeExtrinsic(apiAt.registry, hex)),
	);
	const eventsType = apiAt.query.system.events.creator.meta.type.asPlain;
	const events = at(`block ${number}, events`, () =>
		decodeEvents(apiAt.registry, eventsType, eventsHex),
	);
	const calls = extrinsics.map(({ method }) => `${method.section}.${method.method}`);
	const failures = events.flatMap((record) =>
		at(`block ${number}, event ${record.event.section}.${record.event.method}`, () =>
			failuresIn(apiAt.registry, record, calls).map((failure) => ({ block: number, ...failure })),
		),
	);
	return { number, calls, events, failures };
}

/** Decodes an extrinsic, signed, bare or general. */
export function decodeExtrinsic(registry, hex) {
	const extrinsic = registry.createType('Extrinsic', hex);
	// The client wraps a general extrinsic in a second version byte when it encodes the outer type.
	const encoded = extrinsic.isGeneral() ? extrinsic.inner.toHex() : extrinsic.toHex();
	requireSame(encoded, hex);
	return extrinsic;
}

/** Decodes the event records of a block. */
export function decodeEvents(registry, type, hex) {
	const events = registry.createType(registry.createLookupType(type), hex);
	requireSame(events.toHex(), hex);
	return [...events];
}

/** Everything that an event says to have failed, with the error's name in its pallet. */
export function failuresIn(registry, { phase, event }, calls) {
	return [...event.data].flatMap((field) =>
		[...dispatchErrors(field)].map((error) => ({
			event: `${event.section}.${event.method}`,
			...(phase.isApplyExtrinsic && { call: calls[phase.asApplyExtrinsic.toNumber()] }),
			error: nameOf(registry, error),
		})),
	);
}

/** Finds errors of dispatches at any depth of a value: in results, options, lists and structures. */
function* dispatchErrors(value) {
	if (value instanceof Option) {
		if (value.isSome) {
			yield* dispatchErrors(value.unwrap());
		}
	} else if (value instanceof Enum) {
		if (value.defKeys.includes('Module') && value.defKeys.includes('BadOrigin')) {
			yield value;
		} else {
			yield* dispatchErrors(value.inner);
		}
	} else if (value instanceof Struct || Array.isArray(value)) {
		for (const part of value.values()) {
			yield* dispatchErrors(part);
		}
	}
}

/** `poai.InsufficientUsdc: what its documentation says`; throws if the metadata lacks the error. */
function nameOf(registry, error) {
	if (!error.isModule) {
		return error.inner.isEmpty ? error.type : `${error.type}.${error.inner}`;
	}
	const { section, name, docs } = registry.findMetaError(error.asModule);
	return `${section}.${name}: ${docs.join(' ').trim()}`;
}

function requireSame(encoded, hex) {
	if (encoded !== hex) {
		throw new Error(`${hex} decodes to what encodes to ${encoded}`);
	}
}

/** Runs `decode`; an error says where it happened. */
function at(place, decode) {
	try {
		return decode();
	} catch (error) {
		throw new Error(`${place} does not decode: ${error.message}`, { cause: error });
	}
}
