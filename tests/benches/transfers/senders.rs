// SPDX-License-Identifier: Apache-2.0

//! The accounts that send, and the transfers that they have signed.

use crate::chain::{Config, Node};
use anyhow::{Context as _, Result, ensure};
use std::{collections::VecDeque, str::FromStr as _, time::Duration};
use subxt::{
	client::OnlineClientAtBlockImpl,
	config::DefaultExtrinsicParamsBuilder,
	dynamic::Value,
	ext::scale_value::Composite,
	transactions::{DynamicPayload, TransactionsClient},
	utils::H256,
};
use subxt_signer::{
	DeriveJunction, SecretUri,
	sr25519::{Keypair, dev},
};
use tokio::time::{interval, timeout};

/// What each account gets, in base units: 100 units of 18 decimals, for thousands of fees.
const FUNDS_PER_SENDER: u128 = 100_000_000_000_000_000_000;

/// What a transfer moves, in base units: any sum does, since the receiver has an account already.
const AMOUNT: u128 = 1_000_000_000;

/// How often the chain is asked whether all accounts have their funds: once a slot.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Longest wait for that: a few blocks and their finality.
const FUNDING_TIMEOUT: Duration = Duration::from_secs(120);

type Transactions = TransactionsClient<Config, OnlineClientAtBlockImpl<Config>>;
type Payload = DynamicPayload<Composite<()>>;

/// The accounts; each sends to the next one, so what they hold stays what it is but for fees.
pub(crate) struct Senders(Vec<Keypair>);

impl Senders {
	/// Derives `count` accounts as `//bench//<index>`.
	pub(crate) fn new(count: u32) -> Result<Self> {
		ensure!(1 < count, "a transfer needs two accounts");
		let parent = Keypair::from_uri(&SecretUri::from_str("//bench")?)?;
		let keys = (0..count).map(|index| parent.derive([DeriveJunction::hard(index)]));
		Ok(Self(keys.collect()))
	}

	/// Gives each account its funds from Alice, and waits until that is final.
	pub(crate) async fn fund(&self, node: &Node) -> Result<()> {
		let alice = dev::alice();
		let account = alice.public_key().to_account_id();
		let transactions = node.at_finalised().await?.transactions();
		let first_nonce = transactions.account_nonce(&account).await?;
		for (nonce, sender) in (first_nonce..).zip(&self.0) {
			let call = transfer(sender, FUNDS_PER_SENDER);
			let signed = sign(&transactions, &alice, &call, nonce)?;
			node.methods.author_submit_extrinsic(&signed.bytes).await?;
		}
		let wanted = first_nonce + self.0.len() as u64;
		let mut polls = interval(POLL_INTERVAL);
		let funded = async {
			loop {
				polls.tick().await;
				let transactions = node.at_finalised().await?.transactions();
				if wanted <= transactions.account_nonce(&account).await? {
					return Ok(());
				}
			}
		};
		timeout(FUNDING_TIMEOUT, funded)
			.await
			.with_context(|| format!("the funds were not final after {FUNDING_TIMEOUT:?}"))?
	}

	/// A signed transfer that is never sent, from which the chain can tell what one weighs.
	pub(crate) async fn sample(&self, node: &Node) -> Result<Vec<u8>> {
		let transactions = node.at_finalised().await?.transactions();
		let call = transfer(&self.0[0], AMOUNT);
		Ok(sign(&transactions, &self.0[0], &call, 0)?.bytes)
	}
}

/// A transfer, ready to be sent.
pub(crate) struct Signed {
	/// Its bytes.
	pub(crate) bytes: Vec<u8>,
	/// Their hash, by which it is found in a block.
	pub(crate) hash: H256,
}

/// Signed transfers, by the validator that they are for, in the order in which they must be sent.
pub(crate) struct Stock {
	/// One queue for each validator.
	pub(crate) queues: Vec<VecDeque<Signed>>,
}

impl Stock {
	/// Signs at least `count` transfers for `validators`.
	///
	/// A sender belongs to one validator, so that its transfers reach a pool in the order of their
	/// nonces, and takes turns with all others, so that few of its own wait at a time.
	pub(crate) async fn sign(
		node: &Node,
		senders: &Senders,
		count: usize,
		validators: usize,
	) -> Result<Self> {
		let transactions = node.at_finalised().await?.transactions();
		let Senders(keys) = senders;
		let receivers = keys.iter().skip(1).chain(keys.first());
		let calls: Vec<Payload> = receivers.map(|receiver| transfer(receiver, AMOUNT)).collect();
		let rounds = count.div_ceil(keys.len()) as u64;
		let mut queues: Vec<VecDeque<Signed>> = (0..validators).map(|_| VecDeque::new()).collect();
		for nonce in 0..rounds {
			for (index, (key, call)) in keys.iter().zip(&calls).enumerate() {
				queues[index % validators].push_back(sign(&transactions, key, call, nonce)?);
			}
		}
		Ok(Self { queues })
	}
}

fn transfer(receiver: &Keypair, amount: u128) -> Payload {
	let receiver = Value::from_bytes(receiver.public_key().0);
	let fields =
		[("dest", Value::unnamed_variant("Id", [receiver])), ("value", Value::u128(amount))];
	subxt::dynamic::tx("Balances", "transfer_keep_alive", Composite::named(fields))
}

fn sign(
	transactions: &Transactions,
	sender: &Keypair,
	call: &Payload,
	nonce: u64,
) -> Result<Signed> {
	// Immortal: the stock may be older than any era when it is sent.
	let parameters = DefaultExtrinsicParamsBuilder::<Config>::new().nonce(nonce).immortal().build();
	let signed = transactions.create_signable_offline(call, parameters)?.sign(sender)?;
	Ok(Signed { hash: signed.hash(), bytes: signed.into_encoded() })
}
