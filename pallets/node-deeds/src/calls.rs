// SPDX-License-Identifier: Apache-2.0

//! What may be asked of the pallet; imported into the pallet.
//!
//! People's calls come first, governance's from index 6 on.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod calls {
	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Buys Node Deeds of the tier on sale.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the buyer, whom the permit names.
		///
		/// ## Details
		///
		/// A deed costs the tier's price in US dollars at the median price of R1, and the permit's
		/// tax comes on top. `signature` is `issuer`'s, of any kind that accounts have, over the
		/// signing payload of `permit` on this chain. It is over the plain bytes: what a wallet's
		/// `signRaw` gives is wrapped, and not accepted.
		///
		/// Of the price 20 % is burned, 50 % goes to the market's liquidity and 30 % to the company,
		/// each part rounded down. The company, the tax and the reserved liquidity are paid in USDC
		/// from the pool, each swap with a minimum output.
		///
		/// A purchase does not span tiers. With `allow_partial` it may get fewer deeds than asked
		/// for, otherwise it gets all or fails. Its deeds have consecutive numbers.
		///
		/// The weight of deeds that a partial purchase did not get is refunded.
		///
		/// ## Errors
		///
		/// - [`Error::Paused`], [`Error::AllDeedsSold`], [`Error::WrongPriceTier`],
		///   [`Error::ZeroUnits`], [`Error::TooManyUnits`], [`Error::PurchaseTooLarge`]: the sale
		///   does not offer this.
		/// - [`Error::InvoiceAlreadyUsed`], [`Error::UnknownPermitIssuer`],
		///   [`Error::PermitOfAnotherBuyer`], [`Error::PermitExpired`], [`Error::TaxTooHigh`],
		///   [`Error::InvalidPermitSignature`], [`Error::ExceedsUsdLimit`]: the permit does not allow
		///   this.
		/// - [`Error::PriceUnavailable`], [`Error::PriceAboveMaximum`], [`Error::Overflow`],
		///   [`Error::InsufficientR1`]: the price is not known, not accepted, or cannot be paid.
		/// - [`Error::SwapFailed`], [`Error::AddingLiquidityFailed`], [`Error::CompanyShareTooLow`]:
		///   the pool is too small for the purchase, or too far from the median price.
		///
		/// ## Events
		///
		/// [`Event::LiquidityAdded`] and [`Event::LiquidityReserved`] if there was such a part, then
		/// [`Event::ProceedsPaid`], pallet-nfts' `Issued` for each deed, and [`Event::DeedsBought`].
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::buy(
			order.units.min(T::DeedsPerPurchaseMax::get())
		))]
		pub fn buy(
			origin: OriginFor<T>,
			order: PurchaseOrder,
			permit: PurchasePermit,
			issuer: T::AccountId,
			signature: MultiSignature,
		) -> DispatchResultWithPostInfo {
			let buyer = ensure_signed(origin)?;
			let units = Self::do_buy(buyer, order, permit, &issuer, &signature)?;
			Ok(Some(<T as Config>::WeightInfo::buy(units)).into())
		}

		/// Links a deed to a node that agreed to it.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner.
		///
		/// ## Details
		///
		/// `signature` is the node's, over the link proof of this chain, the owner, the deed, the
		/// node, the time of the deed's last link before this one, and `expires_at_epoch`, the last
		/// epoch in which the proof may be used. Each link changes that time, so that a proof is
		/// good for one: to be linked again, the node has to agree again.
		///
		/// A deed that is linked loses its node first, under the rules of `unlink`; its item stays
		/// locked in pallet-nfts meanwhile. The deed earns from the current epoch on.
		///
		/// ## Errors
		///
		/// - [`Error::Paused`], [`Error::UnknownDeed`], [`Error::NotDeedOwner`],
		///   [`Error::DeedBanned`]: not a deed that the caller can link.
		/// - [`Error::NodeAlreadyLinked`], [`Error::LinkCooldown`], [`Error::UnclaimedEpochs`]: the
		///   node or the deed is not free for a new link.
		/// - [`Error::NodeProofExpired`], [`Error::InvalidNodeProof`]: the node did not agree.
		///
		/// ## Events
		///
		/// [`Event::NodeLinked`], after [`Event::NodeUnlinked`] if the deed was linked.
		#[pallet::call_index(1)]
		pub fn link(
			origin: OriginFor<T>,
			deed: DeedId,
			node: T::AccountId,
			expires_at_epoch: EpochIndex,
			signature: ed25519::Signature,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_link(&owner, [Link { deed, node, expires_at_epoch, signature }])
		}

		/// Takes a deed's node away.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner.
		///
		/// ## Details
		///
		/// Every epoch that may pay must be decided and claimed, because a deed without a node cannot
		/// claim. The cooldown of the next link counts from the last link, not from here.
		///
		/// The deed is free to move then. What its owner arranged for it in pallet-nfts before that,
		/// a price, approvals of transfers or an offer to swap, is taken back, so that nobody gets
		/// the deed by an arrangement that was forgotten.
		///
		/// ## Errors
		///
		/// - [`Error::Paused`], [`Error::UnknownDeed`], [`Error::NotDeedOwner`],
		///   [`Error::DeedBanned`]: not a deed that the caller can unlink.
		/// - [`Error::DeedNotLinked`]: there is no node to take away.
		/// - [`Error::UnclaimedEpochs`]: rewards would be lost.
		///
		/// ## Events
		///
		/// [`Event::NodeUnlinked`], then pallet-nfts' `ItemPriceRemoved`, `AllApprovalsCancelled`
		/// and `SwapCancelled` for what there was of each.
		#[pallet::call_index(2)]
		pub fn unlink(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_unlink(&owner, deed)
		}

		/// Links several deeds, all or none.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner of all the deeds.
		///
		/// ## Details
		///
		/// The same as `link` for one after the other. No links at all are fine, and do nothing.
		///
		/// ## Errors
		///
		/// Those of `link`, for the first link that fails.
		///
		/// ## Events
		///
		/// Those of `link`, for each link.
		#[pallet::call_index(3)]
		#[pallet::weight(<T as Config>::WeightInfo::link_batch(links.len() as u32))]
		pub fn link_batch(
			origin: OriginFor<T>,
			links: BoundedVec<Link<T::AccountId>, T::LinksPerBatchMax>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_link(&owner, links)
		}

		/// Transfers a deed.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner.
		///
		/// ## Details
		///
		/// A Node Deed that is linked is unlinked first, under the rules of `unlink`. One that is not
		/// linked moves in pallet-nfts' own ways as well.
		///
		/// A Master Deed moves only where governance authorised it to, once, also while the pallet is
		/// paused. Its link and all it has released and withheld move along. The Genesis Deed never
		/// moves.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownDeed`], [`Error::NotDeedOwner`], [`Error::GenesisDeedIsBound`]: not a
		///   deed that the caller can give away.
		/// - [`Error::Paused`], [`Error::DeedBanned`], [`Error::UnclaimedEpochs`]: the Node Deed does
		///   not move now.
		/// - [`Error::NotAuthorised`], [`Error::OwnerHasGenesisDeed`],
		///   [`Error::OwnerLimitExceeded`]: the Master Deed does not move there.
		///
		/// ## Events
		///
		/// pallet-nfts' `Transferred`, after [`Event::NodeUnlinked`] if a Node Deed was linked.
		#[pallet::call_index(4)]
		pub fn transfer(origin: OriginFor<T>, deed: DeedId, to: T::AccountId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_transfer(&owner, deed, &to)
		}

		/// Burns a deed: what it has not released is never paid to anybody by it.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the deed's owner.
		///
		/// ## Details
		///
		/// A Node Deed that is linked is unlinked first, under the rules of `unlink`; no other deed
		/// takes its place. A Master Deed is burned only if governance authorised it, linked or not
		/// and with nothing claimed; what it has not released may be assigned again. The Genesis Deed
		/// is never burned. The deed's number and record stay.
		///
		/// ## Errors
		///
		/// - [`Error::Paused`], [`Error::UnknownDeed`], [`Error::NotDeedOwner`],
		///   [`Error::GenesisDeedIsBound`], [`Error::DeedBanned`]: not a deed that the caller can
		///   burn.
		/// - [`Error::UnclaimedEpochs`]: rewards of a Node Deed would be lost.
		/// - [`Error::NotAuthorised`]: governance did not allow the Master Deed to be burned.
		///
		/// ## Events
		///
		/// [`Event::NodeUnlinked`] if the deed was linked, pallet-nfts' `Burned`, and
		/// [`Event::MasterDeedBurned`] if it was a Master Deed.
		#[pallet::call_index(5)]
		pub fn burn(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_burn(&owner, deed)
		}

		/// Issues a Master Deed.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Details
		///
		/// The deed may release `allocation` base units of R1 over its life. Its curve starts in this
		/// epoch, or in the first one that releases anything if that is later.
		///
		/// ## Errors
		///
		/// - [`Error::Paused`]: nothing is issued now.
		/// - [`Error::AllocationOutOfRange`], [`Error::OwnerLimitExceeded`],
		///   [`Error::EmissionExceeded`], [`Error::TooManyMasterDeeds`]: beyond a limit.
		/// - [`Error::OwnerHasGenesisDeed`]: that deed alone is more than an owner may have.
		///
		/// ## Events
		///
		/// pallet-nfts' `Issued`, and [`Event::MasterDeedAssigned`].
		#[pallet::call_index(6)]
		pub fn assign_master(
			origin: OriginFor<T>,
			owner: T::AccountId,
			allocation: u128,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_assign_master(owner, allocation)
		}

		/// Issues the Genesis Deed, if genesis did not.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::GenesisDeedExists`], [`Error::OwnerHasMasterDeeds`].
		///
		/// ## Events
		///
		/// pallet-nfts' `Issued`, and [`Event::GenesisDeedIssued`].
		#[pallet::call_index(7)]
		pub fn issue_genesis_deed(origin: OriginFor<T>, owner: T::AccountId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_issue_genesis_deed(owner)
		}

		/// Allows the owner of a Master Deed to transfer it once, to one account.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Details
		///
		/// Takes the place of what the deed was authorised for before.
		///
		/// ## Errors
		///
		/// [`Error::UnknownDeed`], [`Error::NotMasterDeed`].
		///
		/// ## Events
		///
		/// [`Event::MasterTransferAuthorised`].
		#[pallet::call_index(8)]
		pub fn authorise_transfer(
			origin: OriginFor<T>,
			deed: DeedId,
			to: T::AccountId,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_authorise(deed, MasterPermit::TransferTo(to))
		}

		/// Allows the owner of a Master Deed to burn it.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Details
		///
		/// Takes the place of what the deed was authorised for before.
		///
		/// ## Errors
		///
		/// [`Error::UnknownDeed`], [`Error::NotMasterDeed`].
		///
		/// ## Events
		///
		/// [`Event::MasterBurnAuthorised`].
		#[pallet::call_index(9)]
		pub fn authorise_burn(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_authorise(deed, MasterPermit::Burn)
		}

		/// Takes back what a Master Deed is authorised for.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::NotAuthorised`]: there is nothing to take back.
		///
		/// ## Events
		///
		/// [`Event::MasterAuthorisationRevoked`].
		#[pallet::call_index(10)]
		pub fn revoke_authorisation(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_revoke_authorisation(deed)
		}

		/// Bans a Node Deed: it is neither claimed, linked, unlinked, moved nor burned.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::UnknownDeed`], [`Error::NotNodeDeed`], [`Error::AlreadyBanned`].
		///
		/// ## Events
		///
		/// [`Event::DeedBanned`].
		#[pallet::call_index(11)]
		pub fn ban(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_ban(deed)
		}

		/// Lifts the ban of a Node Deed.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::UnknownDeed`], [`Error::NotNodeDeed`], [`Error::NotBanned`].
		///
		/// ## Events
		///
		/// [`Event::DeedUnbanned`].
		#[pallet::call_index(12)]
		pub fn unban(origin: OriginFor<T>, deed: DeedId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_unban(deed)
		}

		/// Stops purchases, assignments, links, unlinks, burns and transfers of Node Deeds.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::Paused`]: it is stopped already.
		///
		/// ## Events
		///
		/// [`Event::Paused`].
		#[pallet::call_index(13)]
		pub fn pause(origin: OriginFor<T>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_pause()
		}

		/// Lets go on what `pause` stopped.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::NotPaused`].
		///
		/// ## Events
		///
		/// [`Event::Unpaused`].
		#[pallet::call_index(14)]
		pub fn unpause(origin: OriginFor<T>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_unpause()
		}

		/// Accepts an account's signature on purchase permits from now on.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::PermitIssuerAlreadyKnown`], [`Error::TooManyPermitIssuers`].
		///
		/// ## Events
		///
		/// [`Event::PermitIssuerAdded`].
		#[pallet::call_index(15)]
		pub fn add_permit_issuer(origin: OriginFor<T>, issuer: T::AccountId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_add_permit_issuer(issuer)
		}

		/// No longer accepts an account's signature on purchase permits, not on those it signed
		/// before either.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Errors
		///
		/// [`Error::UnknownPermitIssuer`].
		///
		/// ## Events
		///
		/// [`Event::PermitIssuerRemoved`].
		#[pallet::call_index(16)]
		pub fn remove_permit_issuer(origin: OriginFor<T>, issuer: T::AccountId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_remove_permit_issuer(issuer)
		}

		/// Sets which part of a purchase's liquidity goes straight into the pool.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::GovernanceOrigin`].
		///
		/// ## Details
		///
		/// In basis points; the rest is swapped to USDC and reserved.
		///
		/// ## Errors
		///
		/// - [`Error::ShareTooLarge`]: more than all of it.
		/// - [`Error::LiquidityAccountMissing`]: purchases would fail, because nobody could receive
		///   the share in the pool.
		///
		/// ## Events
		///
		/// [`Event::LiquidityShareSet`].
		#[pallet::call_index(17)]
		pub fn set_liquidity_share(origin: OriginFor<T>, basis_points: u16) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_liquidity_share(basis_points)
		}
	}
}
