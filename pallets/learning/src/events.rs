// SPDX-License-Identifier: Apache-2.0

//! What the pallet tells the world; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A round was opened; its participants may announce keys.
		RoundOpened {
			/// The round.
			round: RoundId,
			/// The job whose nodes take part.
			job: JobId,
			/// Who opened it.
			opener: AccountId32,
			/// What it was opened with.
			order: RoundOrder,
			/// Who is asked to take part, ascending by account.
			participants: PerParticipant<Participant>,
			/// The first block that is too late to announce keys.
			ends_at: BlockNumberFor<T>,
		},
		/// A round has entered a phase: too late for the one before.
		PhaseEntered {
			/// The round.
			round: RoundId,
			/// The phase.
			phase: Phase,
			/// How many participants may publish in it; in the last one, how many updates there are.
			invited: u8,
			/// The first block that the phase does not last into.
			ends_at: BlockNumberFor<T>,
		},
		/// A participant announced its keys.
		Announced {
			/// The round.
			round: RoundId,
			/// Who, and which keys.
			announcement: Announcement,
		},
		/// A participant published a file.
		Published {
			/// The round.
			round: RoundId,
			/// What the file is.
			kind: FileKind,
			/// Whose file, where it is, and its hash.
			publication: Publication,
		},
		/// An oracle said what it came to.
		Attested {
			/// The round.
			round: RoundId,
			/// The oracle's node.
			oracle: AccountId32,
			/// What it came to.
			verdict: Verdict,
		},
		/// Two oracles came to different things: now more than two thirds of all must agree.
		RoundDisputed {
			/// The round.
			round: RoundId,
		},
		/// The oracles agree on the sum of a round.
		RoundCompleted {
			/// The round.
			round: RoundId,
			/// The job.
			job: JobId,
			/// The file of the sum.
			aggregate: AggregateFile<Cid>,
			/// The nodes for which it counts as missed.
			missed: PerParticipant<AccountId32>,
		},
		/// A round has no sum.
		RoundFailed {
			/// The round.
			round: RoundId,
			/// The job.
			job: JobId,
			/// Why.
			failure: Failure,
			/// The nodes for which it counts as missed.
			missed: PerParticipant<AccountId32>,
		},
		/// What was published in a round that is over is not kept any more; its summary is.
		DetailsForgotten {
			/// The round.
			round: RoundId,
		},
	}
}
