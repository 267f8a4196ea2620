// SPDX-License-Identifier: Apache-2.0

/** The history of rewards: what was bought, minted, paid and burned, read from events alone. */

/** Pallet and event of each kind of entry. */
const REWARD_EVENTS = [
	['nodeDeeds', 'DeedsBought'],
	['nodeDeeds', 'LiquidityAdded'],
	['nodeDeeds', 'LiquidityReserved'],
	['nodeDeeds', 'ProceedsPaid'],
	['availability', 'RewardsClaimed'],
	['availability', 'TreasuryPaid'],
	['poai', 'NodePaid'],
	['poai', 'UsdcBurned'],
	['burn', 'R1Burned'],
];
/** Integers up to this many bits are exact as a JSON number. */
const EXACT_BITS = 53;

/** Throws unless the chain knows every event of the history: a history of nothing is no history. */
export function requireRewardEvents(api) {
	const missing = REWARD_EVENTS.filter(([section, method]) => !api.events[section]?.[method]);
	if (missing.length > 0) {
		throw new Error(`the chain does not know ${missing.map((name) => name.join('.')).join(', ')}`);
	}
}

/** The named fields of an event of the history; nothing for any other event. */
export function rewardOf({ section, method, data }) {
	if (!REWARD_EVENTS.some((name) => name[0] === section && name[1] === method)) {
		return undefined;
	}
	return Object.fromEntries(data.names.map((name, index) => [name, plain(data[index])]));
}

/** A value as JSON holds it; an amount that a JSON number would round is text. */
function plain(value) {
	if (value.isSome) {
		return plain(value.unwrap());
	}
	if (typeof value.toBn === 'function') {
		return value.bitLength() > EXACT_BITS ? value.toString() : value.toNumber();
	}
	return value.toJSON();
}
