// SPDX-License-Identifier: Apache-2.0

//! The JSON-RPC methods that the node adds to the SDK's standard set.

use jsonrpsee::RpcModule;
use ratio1_runtime::{AccountId, Balance, BlockNumber, Hash, Nonce, opaque::Block};
use sc_client_api::{AuxStore, Backend};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_rpc::SubscriptionTaskExecutor;
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_consensus::SelectChain;
use sp_consensus_babe::BabeApi;
use sp_keystore::KeystorePtr;
use std::{error::Error, sync::Arc};

/// What GRANDPA's methods need.
pub(crate) struct GrandpaDeps<B> {
	pub(crate) shared_voter_state: SharedVoterState,
	pub(crate) shared_authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	pub(crate) justification_stream: GrandpaJustificationStream<Block>,
	pub(crate) subscription_executor: SubscriptionTaskExecutor,
	pub(crate) finality_provider: Arc<FinalityProofProvider<B, Block>>,
}

/// What the methods need.
pub(crate) struct FullDeps<C, P, SC, B> {
	pub(crate) client: Arc<C>,
	pub(crate) pool: Arc<P>,
	pub(crate) select_chain: SC,
	pub(crate) keystore: KeystorePtr,
	pub(crate) babe_worker: BabeWorkerHandle<Block>,
	pub(crate) grandpa: GrandpaDeps<B>,
}

/// Everything that the node serves beside the SDK's standard set.
pub(crate) fn create_full<C, P, SC, B>(
	deps: FullDeps<C, P, SC, B>,
) -> Result<RpcModule<()>, Box<dyn Error + Send + Sync>>
where
	C: ProvideRuntimeApi<Block>
		+ HeaderBackend<Block>
		+ HeaderMetadata<Block, Error = BlockChainError>
		+ AuxStore
		+ Send
		+ Sync
		+ 'static,
	C::Api: substrate_frame_rpc_system::AccountNonceApi<Block, AccountId, Nonce>
		+ pallet_transaction_payment_rpc::TransactionPaymentRuntimeApi<Block, Balance>
		+ BabeApi<Block>
		+ BlockBuilder<Block>,
	P: TransactionPool + 'static,
	SC: SelectChain<Block> + 'static,
	B: Backend<Block> + Send + Sync + 'static,
{
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use sc_consensus_babe_rpc::{Babe, BabeApiServer};
	use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
	use substrate_frame_rpc_system::{System, SystemApiServer};

	let mut module = RpcModule::new(());
	let FullDeps { client, pool, select_chain, keystore, babe_worker, grandpa } = deps;
	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	module.merge(Babe::new(client, babe_worker, keystore, select_chain).into_rpc())?;
	module.merge(
		Grandpa::new(
			grandpa.subscription_executor,
			grandpa.shared_authority_set,
			grandpa.shared_voter_state,
			grandpa.justification_stream,
			grandpa.finality_provider,
		)
		.into_rpc(),
	)?;
	Ok(module)
}
