// SPDX-License-Identifier: Apache-2.0

/**
 * `node load.mjs http://127.0.0.1:31236 <process id of the daemon>`: a daemon under attack.
 *
 * A good client, driven by a stock load tool, asks all the time, while strangers
 * - open ten thousand connections, and say nothing on half of them and the beginning of a request,
 *   one byte at a time, on the others,
 * - send bodies that are far too long,
 * - answer challenges with wrong signatures, a thousand a second.
 * The good client must be answered, and the daemon's memory must stay where it is.
 * stdout is one JSON summary; exit code 0. If something is not as it must be, stderr has the
 * reason, and the exit code is 1.
 */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import autocannon from 'autocannon';
import { ask } from './ask.mjs';

const CONNECTIONS = 10_000;
/** Sockets of ours at a time: below what a process may open. */
const SOCKETS_MAX = 900;
const WRONG_SIGNATURES_PER_SECOND = 1_000;
const ATTACK_SECS = 6;
/** How much of the good client's requests may fail: a connection of its own may be closed. */
const FAILED_SHARE_MAX = 0.01;
/** How much more memory the daemon may have, in KiB. */
const MEMORY_GROWTH_KIB_MAX = 128 * 1024;

async function main([url, pid, ...rest]) {
	if (pid === undefined || rest.length > 0) {
		throw new Error('usage: node load.mjs <URL of a daemon> <its process id>');
	}
	const calm = await goodClient(url);
	const before = memoryKib(pid);
	const summary = { memoryKib: before, calm: seen(calm) };
	for (const [name, attack] of Object.entries({ connections, bodies, signatures })) {
		const [good, attacked] = await Promise.all([goodClient(url), attack(url)]);
		const after = memoryKib(pid);
		summary[name] = { attacked, good: seen(good), memoryKib: after };
		const failed = good.errors + good.timeouts + good.non2xx;
		const total = good['2xx'] + failed;
		assert.ok(good['2xx'] > 0, `nobody was served during the attack by ${name}`);
		assert.ok(
			failed <= total * FAILED_SHARE_MAX,
			`${failed} of ${total} requests failed during the attack by ${name}`,
		);
		assert.ok(
			after - before < MEMORY_GROWTH_KIB_MAX,
			`the daemon has ${after} KiB after the attack by ${name}, and had ${before}`,
		);
	}
	return summary;
}

/** Asks one thing after the other over a few connections, until the attack is over. */
function goodClient(url) {
	const health = `${url}/v2/health/live`;
	return autocannon({ url: health, connections: 4, duration: ATTACK_SECS, timeout: 10 });
}

function seen(result) {
	return {
		served: result['2xx'],
		refused: result.non2xx,
		errors: result.errors,
		latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
	};
}

/** Opens connections and uses none. */
async function connections(url) {
	const { hostname, port } = new URL(url);
	const open = new Set();
	const attacked = { opened: 0, closedByDaemon: 0, failed: 0 };
	const drip = setInterval(() => open.forEach((socket) => socket.isSlow && socket.write('x')), 500);
	for (let number = 0; number < CONNECTIONS; number += 1) {
		const socket = net.connect(Number(port), hostname);
		socket.isSlow = number % 2 === 0;
		socket.on('connect', () => {
			attacked.opened += 1;
			if (socket.isSlow) {
				socket.write('GET /v1/health HTTP/1.1\r\nx-slow: ');
			}
		});
		socket.on('error', () => {
			attacked.failed += 1;
		});
		socket.on('close', () => {
			attacked.closedByDaemon += open.delete(socket) ? 1 : 0;
		});
		open.add(socket);
		// One is let go for each that comes, unless the daemon has done so before.
		if (open.size > SOCKETS_MAX) {
			const [oldest] = open;
			open.delete(oldest);
			oldest.destroy();
		}
		if (number % 50 === 0) {
			await new Promise(setImmediate);
		}
	}
	clearInterval(drip);
	open.forEach((socket) => socket.destroy());
	return attacked;
}

/** Sends a mebibyte where sixteen kibibytes are read, again and again. */
async function bodies(url) {
	const attacked = { refused: 0, cut: 0 };
	const json = { account: 'x'.repeat(1024 * 1024) };
	const end = Date.now() + ATTACK_SECS * 1000;
	while (Date.now() < end) {
		const asked = Array.from({ length: 8 }, () =>
			ask(`${url}/v1/auth/challenge`, { method: 'POST', json }),
		);
		for (const outcome of await Promise.allSettled(asked)) {
			if (outcome.status === 'rejected') {
				attacked.cut += 1;
			} else {
				assert.equal(outcome.value.status, 413);
				attacked.refused += 1;
			}
		}
	}
	assert.ok(attacked.refused + attacked.cut > 0);
	return attacked;
}

/** Sends wrong signatures of right challenges. */
async function signatures(url) {
	const account = `0x${'05'.repeat(32)}`;
	const asked = { method: 'POST', json: { account } };
	const { body } = await ask(`${url}/v1/auth/challenge`, asked);
	const result = await autocannon({
		url: `${url}/v1/auth/token`,
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ challenge: body.challenge, signature: '00'.repeat(65) }),
		connections: 20,
		overallRate: WRONG_SIGNATURES_PER_SECOND,
		duration: ATTACK_SECS,
	});
	assert.equal(result['2xx'], 0, 'a wrong signature was taken');
	assert.ok(result.non2xx > 0, 'no wrong signature was judged');
	return { refused: result.non2xx, errors: result.errors };
}

/** Memory that the daemon has in use. */
function memoryKib(pid) {
	const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]);
}

try {
	console.log(JSON.stringify(await main(process.argv.slice(2)), null, 2));
} catch (error) {
	console.error(error);
	process.exitCode = 1;
}
