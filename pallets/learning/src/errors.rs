// SPDX-License-Identifier: Apache-2.0

//! Why a call fails, and what to do about it; imported into the pallet.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	/// Why something was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The model has no parameters, or more than 2^24: train a smaller one.
		LengthOutOfBounds,
		/// A minimum is 3 to 64 participants.
		MinimumOutOfBounds,
		/// A threshold is more than half of the minimum, and not more than it.
		ThresholdOutOfBounds,
		/// There are at most 32 bits after the point.
		TooManyScaleBits,
		/// Clip and largest weight are at least 1.
		NothingToSend,
		/// 64 participants with clip, weight and noise at their bounds overflow: lower the clip.
		SumCouldOverflow,
		/// The noise is above 2^31, or below 16 for each participant's part, in scaled units.
		NoiseOutOfBounds,
		/// With noise every participant weighs 1: set the largest weight to 1.
		NoisyWeights,
		/// With noise the clip is at most 2^50: lower it.
		NoisyClip,
		/// A file has no content identifier: upload it and give its CID.
		EmptyCid,
		/// A phase is shorter than the shortest that is allowed: give it more blocks.
		WindowTooShort,
		/// A phase is longer than the longest that is allowed: give it fewer blocks.
		WindowTooLong,
		/// The upload needs a block for each 2^17 parameters: give it more blocks.
		UploadWindowTooShort,
		/// The round to start from is none of this job, is not over, or is not kept any more: start
		/// from the model alone.
		UnknownPrevious,
		/// The round to start from has no aggregate: start from one that was completed.
		PreviousFailed,
		/// The model has another length than that of the round to start from.
		OtherLength,
		/// Fewer nodes run the job now than the round needs: wait until it is placed on more, or lower
		/// the minimum.
		TooFewParticipants,
		/// More nodes run the job than a round may have.
		TooManyParticipants,
		/// The job has a round already: wait for its end, or close it.
		RoundAlreadyOpen,
		/// There is no such round, or it is over.
		RoundNotOpen,
		/// The phase for this comes later: wait for it.
		PhaseNotBegun,
		/// The phase for this is over.
		PhaseOver,
		/// The node is none of the round's participants, who are fixed when it is opened.
		NotParticipant,
		/// The node did not publish in the phase before, so it is out of this round.
		DroppedOut,
		/// The node has done so already in this round.
		AlreadyPublished,
		/// The node is not that of an oracle of the current epoch.
		NotOracle,
		/// The oracle has attested already; it is final.
		AlreadyAttested,
		/// An aggregate is of as many updates as there were uploaded.
		WrongContributors,
		/// The finding names somebody who has not published such a file in this round.
		NamedWrongly,
		/// There are more attestations than oracles may be.
		TooManyAttestations,
	}
}
