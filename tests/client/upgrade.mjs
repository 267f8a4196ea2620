// SPDX-License-Identifier: Apache-2.0

/**
 * `node upgrade.mjs ws://127.0.0.1:9944 <runtime.wasm>`: enacts a new runtime on a running chain.
 *
 * Before, an account buys two deeds, links one to a node and orders a job, under the rules of the
 * old runtime, so that the migrations have something to carry over. Then the chain's sudo key sets the new code.
 * After, everything must be where it was, blocks must go on to become final, and both a call that
 * the old runtime had and one that it had not must work.
 * stdout is one JSON summary; exit code 0. If anything is not as it must be, stderr has the reason,
 * and the exit code is 1.
 */

import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Keyring } from '@polkadot/api';
import { connect } from './connect.mjs';
import { finalised } from './send.mjs';
import { within } from './within.mjs';

/** Deeds that are bought under the old runtime. */
const DEEDS = 2;
/** What the linked deed has earned under the old runtime, in base units: one full epoch. */
const EARNED = 1_458_508_188_386_985_115n;
/** USDC that is put into an escrow under the old runtime, in base units. */
const ESCROW = 100_000_000n;
/** What a job of two nodes and thirty epochs costs in the class ENTRY, in base units of USDC. */
const JOB_COST = 22_500_000n;
/** The class ENTRY, and how many classes there are at first. */
const ENTRY = 1;
const CLASSES = 39;
/** Blocks that must become final under the new runtime. */
const BLOCKS_AFTER = 10;
/** Until the new code is enacted and the blocks after it are final. */
const UPGRADE_TIMEOUT_SECS = 180;
/** Between two looks at the chain. */
const POLL_MS = 500;

async function main([url, file, ...rest]) {
	if (file === undefined || rest.length > 0) {
		throw new Error('usage: node upgrade.mjs <WebSocket address of a node> <runtime.wasm>');
	}
	const code = await readFile(file);
	let api = await connect(url);
	try {
		const from = api.runtimeVersion.specVersion.toNumber();
		const before = await prepare(api);
		const upgraded = await enact(api, code, from);
		// A new connection, as every client has that comes later.
		await api.disconnect();
		api = await connect(url);
		await check(api, before);
		return { from, ...upgraded, ...before, calls: await callBothKinds(api) };
	} finally {
		await api.disconnect();
	}
}

/** Makes state under the old runtime; returns what must be the same under the new one. */
async function prepare(api) {
	const { alice, bob } = people(api);
	const buy = api.tx.nodeDeeds.buy(DEEDS, 1, (1n << 127n).toString());
	await finalised('the purchase of deeds', buy, bob);

	const deed = 1;
	const node = new Keyring({ type: 'ed25519' }).addFromUri('//Upgrade');
	const expiresAtEpoch = 1_000;
	const proof = Buffer.concat([
		Buffer.from('r1/link/v1'),
		api.genesisHash.toU8a(),
		bob.publicKey,
		api.createType('u32', deed).toU8a(),
		node.publicKey,
		api.createType('u32', expiresAtEpoch).toU8a(),
	]);
	const link = api.tx.nodeDeeds.link(deed, node.publicKey, expiresAtEpoch, node.sign(proof));
	await finalised('the link of a deed', link, bob);

	const nextEpoch = (await api.query.availability.accounts(deed)).unwrap().nextEpoch.toNumber();
	// A validator that runs alone has no availability to agree on, so the ledger is filled in.
	const account = api.createType('(u128, u32)', [EARNED, nextEpoch]).toHex();
	const key = api.query.availability.accounts.key(deed);
	const plant = api.tx.sudo.sudo(api.tx.system.setStorage([[key, account]]));
	await finalised('the deed\'s earnings', plant, alice);

	await finalised('a deposit into the escrow', api.tx.poai.deposit(ESCROW), bob);
	const order = api.tx.poai.createJob('Inference', ENTRY, 2, 30, '0x01551220');
	await finalised('a job', order, bob);

	const { priceSamples } = api.query.nodeDeeds;
	return {
		job: 1,
		deeds: DEEDS,
		deed,
		node: hex(node.publicKey),
		owner: hex(bob.publicKey),
		nextEpoch,
		earned: EARNED.toString(),
		oracles: (await api.query.oracles.sessionOracles()).length,
		samples: (await priceSamples()).length,
	};
}

/** Sets the new code, and waits until blocks made under it are final. */
async function enact(api, code, from) {
	const { alice } = people(api);
	const call = api.tx.sudo.sudoUncheckedWeight(
		api.tx.system.setCode(hex(code)),
		{ refTime: 0, proofSize: 0 },
	);
	await finalised('the new code', call, alice);
	const progress = async () => {
		let enactedAt;
		for (;;) {
			const head = await api.rpc.chain.getFinalizedHead();
			const number = (await api.rpc.chain.getHeader(head)).number.toNumber();
			const version = (await api.rpc.state.getRuntimeVersion(head)).specVersion.toNumber();
			if (version !== from) {
				enactedAt ??= number;
				if (number >= enactedAt + BLOCKS_AFTER) {
					return { to: version, enactedAt, finalised: number };
				}
			}
			await pause(POLL_MS);
		}
	};
	return within(UPGRADE_TIMEOUT_SECS, `finality ${BLOCKS_AFTER} blocks after the upgrade`, progress());
}

/** Everything is where it was, in the shape of the new runtime. */
async function check(api, before) {
	const { nodeDeeds, availability, oracles, nfts } = api.query;
	const record = (await nodeDeeds.deeds(before.deed)).unwrap();
	equal('terms of the deed', record.terms.type, 'Node');
	equal('node of the deed', record.node.unwrap().toHex(), before.node);
	equal('ban of the deed', record.isBanned.isTrue, false);
	equal('deed of the node', (await nodeDeeds.deedOfNode(before.node)).toString(), `${before.deed}`);
	equal('deeds sold', (await nodeDeeds.nodeDeedsSold()).toNumber(), before.deeds);
	equal('deeds issued', (await nodeDeeds.issued()).toNumber(), before.deeds);
	equal('deeds sold of the tier', (await nodeDeeds.soldInTier()).toNumber(), before.deeds);
	for (let deed = 1; deed <= before.deeds; deed += 1) {
		const { terms, linkedAtSecs } = (await nodeDeeds.deeds(deed)).unwrap();
		equal(`terms of deed ${deed}`, terms.type, 'Node');
		equal(`link of deed ${deed}`, linkedAtSecs.toNumber() > 0, deed === before.deed);
		const item = (await nfts.item(0, deed)).unwrap();
		equal(`owner of deed ${deed}`, item.owner.toHex(), before.owner);
	}
	equal('samples of the price', (await nodeDeeds.priceSamples()).length >= before.samples, true);
	const masters = (await nodeDeeds.masterCollection()).unwrap();
	const { items } = (await nfts.collection(masters)).unwrap();
	equal('master deeds', items.toNumber(), 0);

	const account = (await availability.accounts(before.deed)).unwrap();
	equal('earnings', account.released.toString(), before.earned);
	equal('withheld', account.withheld.toString(), '0');
	equal('next epoch to claim', account.nextEpoch.toNumber(), before.nextEpoch);
	const checkpoint = (await availability.deedsSold(0)).unwrap();
	equal('deeds that adoption counts', checkpoint.total.toNumber(), before.deeds);
	equal('oracles', (await oracles.sessionOracles()).length, before.oracles);

	const job = (await api.query.poai.jobs(before.job)).unwrap();
	equal('owner of the job', job.owner.toHex(), before.owner);
	equal('kind of the job', job.kind, undefined);
	equal('class of the job', job.resources.toNumber(), ENTRY);
	equal('balance of the job', job.balance.toString(), JOB_COST.toString());
	equal('specification of the job', job.specification.toHex(), '0x01551220');
	equal('a job that waits', job.awaitsPlacement.isTrue, true);
	const classes = await api.query.poai.resourceClasses.entries();
	equal('resource classes', classes.length, CLASSES);

	for (const [pallet, version] of [['nodeDeeds', 2], ['availability', 2], ['poai', 2]]) {
		const stored = (await api.query[pallet].palletVersion()).toNumber();
		equal(`storage version of ${pallet}`, stored, version);
	}
}

/** A call that is as old as the chain, and one that came with the upgrade. */
async function callBothKinds(api) {
	const { bob } = people(api);
	const one = 10n ** 18n;
	await finalised('a transfer', api.tx.balances.transferKeepAlive(bob.address, one), bob);
	await finalised('a burn', api.tx.burn.burn(one, null), bob);
	await buyWithPermit(api);
	await orderAndEnd(api);
	const burned = (await api.query.burn.totalBurned()).toString();
	equal('burned', burned, one.toString());
	return [
		'balances.transferKeepAlive',
		'burn.burn',
		'nodeDeeds.buy',
		'poai.createJob',
		'poai.redeemUnused',
	];
}

/** The sale goes on once governance has named who issues permits, which the old runtime had not. */
async function buyWithPermit(api) {
	const { alice, bob } = people(api);
	const addIssuer = api.tx.sudo.sudo(api.tx.nodeDeeds.addPermitIssuer(alice.publicKey));
	await finalised('an issuer of permits', addIssuer, alice);
	const permit = {
		buyer: hex(bob.publicKey),
		invoice: `0x${'07'.repeat(32)}`,
		usdLimit: 1_000,
		taxBasisPoints: 1_900,
		expiresAtEpoch: 1_000,
	};
	const buy = api.tx.nodeDeeds.buy(
		{ units: 1, tier: 1, pricePerDeedMax: (1n << 127n).toString(), allowPartial: false },
		permit,
		alice.publicKey,
		{ Sr25519: alice.sign(purchasePayload(api, permit)) },
	);
	await finalised('a purchase with a permit', buy, bob);
	equal('deeds issued', (await api.query.nodeDeeds.issued()).toNumber(), DEEDS + 1);
}

/** A job is ordered under the new rules, and that of the old ones gives its money back. */
async function orderAndEnd(api) {
	const { bob } = people(api);
	const order = {
		resources: ENTRY,
		replicas: 1,
		epochs: 30,
		costMax: JOB_COST / 2n,
		specification: '0x01551220',
	};
	await finalised('a job with a maximum', api.tx.poai.createJob(order), bob);
	await finalised('what a job cannot spend', api.tx.poai.redeemUnused(1), bob);
	const { free, liveJobs } = (await api.query.poai.escrows(bob.address)).unwrap();
	equal('live jobs', liveJobs.toNumber(), 1);
	equal('free in the escrow', free.toString(), (ESCROW - JOB_COST / 2n).toString());
}

/** What the issuer of a permit signs. */
function purchasePayload(api, permit) {
	const body = api.createType('([u8; 32], [u8; 32], u32, u16, u32)', [
		permit.buyer,
		permit.invoice,
		permit.usdLimit,
		permit.taxBasisPoints,
		permit.expiresAtEpoch,
	]);
	return Buffer.concat([Buffer.from('r1/purchase/v1'), api.genesisHash.toU8a(), body.toU8a()]);
}

function people(api) {
	const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
	return { alice: keyring.addFromUri('//Alice'), bob: keyring.addFromUri('//Bob') };
}

function hex(bytes) {
	return `0x${Buffer.from(bytes).toString('hex')}`;
}

function equal(what, found, expected) {
	if (found !== expected) {
		throw new Error(`${what}: ${found}, and it should be ${expected}`);
	}
}

try {
	const summary = await main(process.argv.slice(2));
	process.stdout.write(`${JSON.stringify(summary, null, '\t')}\n`);
} catch (error) {
	process.stderr.write(`error: ${error.message}\n`);
	process.exitCode = 1;
}
