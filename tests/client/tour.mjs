// SPDX-License-Identifier: Apache-2.0

/**
 * `node tour.mjs ws://127.0.0.1:9944`: the chain through the eyes of a stock client.
 *
 * It sends one signed transfer and waits for finality, decodes every block from 1 to the finalised
 * head, reads the history of rewards, and checks that the metadata documents our pallets.
 * stdout is one JSON summary; exit code 0. If anything does not decode or does not come true,
 * stderr has the reason, and the exit code is 1.
 */

import process from 'node:process';
import { readBlock } from './blocks.mjs';
import { connect } from './connect.mjs';
import { undocumented } from './metadata.mjs';
import { requireRewardEvents, rewardOf } from './rewards.mjs';
import { sendTransfer } from './transfer.mjs';

/** Blocks that are asked for at the same time: enough to hide the latency of a call. */
const BLOCKS_IN_FLIGHT = 16;

async function main([url, ...rest]) {
	if (url === undefined || rest.length > 0) {
		throw new Error('usage: node tour.mjs <WebSocket address of a node>');
	}
	const api = await connect(url);
	try {
		return await tour(api);
	} finally {
		await api.disconnect();
	}
}

async function tour(api) {
	requireRewardEvents(api);
	const gaps = undocumented(api.runtimeMetadata.asLatest, api.registry);
	if (gaps.length > 0) {
		throw new Error(`the metadata has no documentation of ${gaps.join(', ')}`);
	}

	const transfer = await sendTransfer(api);
	const head = await api.rpc.chain.getFinalizedHead();
	const finalised = (await api.rpc.chain.getHeader(head)).number.toNumber();
	const summary = {
		chain: api.runtimeChain.toString(),
		genesis: api.genesisHash.toHex(),
		runtime: `${api.runtimeVersion.specName} ${api.runtimeVersion.specVersion}`,
		finalised,
		calls: {},
		events: {},
		failures: [],
		rewards: [],
		transfer,
	};
	for (let first = 1; first <= finalised; first += BLOCKS_IN_FLIGHT) {
		const count = Math.min(BLOCKS_IN_FLIGHT, finalised - first + 1);
		const numbers = Array.from({ length: count }, (_, offset) => first + offset);
		const blocks = await Promise.all(numbers.map((number) => readBlock(api, number)));
		blocks.forEach((block) => add(summary, block));
	}
	return summary;
}

function add(summary, block) {
	for (const call of block.calls) {
		summary.calls[call] = (summary.calls[call] ?? 0) + 1;
	}
	for (const { event } of block.events) {
		const name = `${event.section}.${event.method}`;
		summary.events[name] = (summary.events[name] ?? 0) + 1;
		const reward = rewardOf(event);
		if (reward) {
			summary.rewards.push({ block: block.number, event: name, ...reward });
		}
	}
	summary.failures.push(...block.failures);
}

try {
	const summary = await main(process.argv.slice(2));
	process.stdout.write(`${JSON.stringify(summary, null, '\t')}\n`);
} catch (error) {
	process.stderr.write(`error: ${error.message}\n`);
	process.exitCode = 1;
}
