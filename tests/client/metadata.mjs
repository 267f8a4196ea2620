// SPDX-License-Identifier: Apache-2.0

/** The metadata is the manual that every wallet and explorer shows. */

/** Our pallets, by their names in the runtime. */
const PALLETS = ['NodeDeeds', 'Oracles', 'Validators', 'Availability', 'Poai', 'Burn'];

/** Calls, events, errors and storage items of our pallets that have no documentation. */
export function undocumented(metadata, registry) {
	return PALLETS.flatMap((name) => {
		const pallet = metadata.pallets.find((pallet) => pallet.name.eq(name));
		return pallet === undefined ? [name] : gapsOf(pallet, registry);
	});
}

function gapsOf(pallet, registry) {
	const variants = [pallet.calls, pallet.events, pallet.errors]
		.filter((part) => part.isSome)
		.flatMap((part) => [...registry.lookup.getSiType(part.unwrap().type).def.asVariant.variants]);
	const items = pallet.storage.isSome ? [...pallet.storage.unwrap().items] : [];
	return [...variants, ...items]
		.filter(({ docs }) => docs.join('').trim() === '')
		.map(({ name }) => `${pallet.name}.${name}`);
}
