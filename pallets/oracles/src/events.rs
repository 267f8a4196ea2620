// SPDX-License-Identifier: Apache-2.0

//! What the pallet tells the world; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The chain entered an epoch.
		EpochStarted {
			/// The epoch.
			epoch: EpochIndex,
		},
		/// No block fell into some epochs; they pay nothing.
		EpochsSkipped {
			/// The first of them.
			first: EpochIndex,
			/// The epoch after the last of them.
			until: EpochIndex,
		},
		/// An oracle committed to its report.
		ReportCommitted {
			/// The epoch that the report is about.
			epoch: EpochIndex,
			/// The oracle's node.
			oracle: AccountId32,
		},
		/// An oracle revealed a page of its report.
		ReportRevealed {
			/// The epoch that the report is about.
			epoch: EpochIndex,
			/// The oracle's node.
			oracle: AccountId32,
			/// The page.
			page: PageIndex,
		},
		/// The oracles agreed on an epoch, and its verdicts are stored.
		EpochSettled {
			/// The epoch.
			epoch: EpochIndex,
			/// Oracles whose reports count.
			reveals: u32,
			/// Oracles of the epoch.
			oracles: u32,
		},
		/// Too few oracles reported on an epoch; it pays nothing unless governance settles it.
		EpochUnsettled {
			/// The epoch.
			epoch: EpochIndex,
			/// Oracles that revealed a whole report.
			reveals: u32,
			/// Oracles of the epoch.
			oracles: u32,
		},
		/// Governance said what was in an epoch without agreement, and its verdicts are stored.
		EpochSettledByGovernance {
			/// The epoch.
			epoch: EpochIndex,
		},
		/// An epoch without agreement pays nothing, for good.
		EpochVoided {
			/// The epoch.
			epoch: EpochIndex,
		},
		/// An oracle has contradicted itself; it has no say in the epoch.
		MisconductProven {
			/// The epoch that its report is about.
			epoch: EpochIndex,
			/// The oracle's node.
			oracle: AccountId32,
			/// What it did.
			kind: Misconduct,
			/// Who brought the proof; nobody if the oracle handed it in itself.
			reporter: Option<AccountId32>,
		},
		/// A deed's node will be away: the slots count neither for nor against it.
		MaintenanceAnnounced {
			/// The deed.
			deed: DeedId,
			/// The slots.
			window: Maintenance,
		},
		/// An oracle voted on where a job shall run.
		PlacementVoted {
			/// The job.
			job: JobId,
			/// The round of placement.
			round: PlacementRound,
			/// The oracle's node.
			oracle: AccountId32,
		},
		/// More than two thirds of the oracles agreed on where a job shall run.
		PlacementAgreed {
			/// The job.
			job: JobId,
			/// The round of placement.
			round: PlacementRound,
			/// The deeds whose nodes shall run it.
			deeds: Vec<DeedId>,
		},
	}
}
