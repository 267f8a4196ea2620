// SPDX-License-Identifier: Apache-2.0

//! A token and all that it came from, and what it may allow: said without any datalog.

#[cfg(test)]
use crate::GENESIS;
use crate::{LAST_SECS, NOW};
use biscuit_auth::UnverifiedBiscuit;
use r1_core::NodeIdentity;
#[cfg(test)]
use r1_dauth::TokenIssuer;
use r1_dauth::{
	Ask, Attenuation, Grant, Right, Scope, Service, Subject, Token, Verb, VerifiedToken,
};
use r1_primitives::DeedId;
use std::sync::LazyLock;

/// The deed of the node that issues.
pub(super) const DEED: DeedId = 12;

/// Parts of services: few, so that rights and questions meet; with some that are words of rules.
pub(super) const SCOPES: [&str; 6] = ["a", "job/7", "all", "read", "scope", "@:."];

/// Tokens that r1-dauth made, each with all that it came from: the same for all inputs, because what
/// is signed has random keys in it.
const KEPT: [&[&str]; 2] = [
	&[
		include_str!("../../genuine/whole.token"),
		include_str!("../../genuine/narrow.token"),
		include_str!("../../genuine/narrower.token"),
	],
	&[include_str!("../../genuine/job.token")],
];

/// Some of them, verified.
pub(crate) static TOKENS: LazyLock<Vec<VerifiedToken>> = LazyLock::new(|| {
	let verified = |link: &Link| {
		let token = Token::parse(&link.text).expect("it was kept because it can be read; qed");
		token
			.verify(|_| Some(identity().key()))
			.expect("it was kept because it is genuine; qed")
	};
	kept().iter().flat_map(|line| &line.links).map(verified).collect()
});

/// The node that issues.
pub(super) fn identity() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}

/// A token and all that it came from.
#[derive(Clone, Debug)]
pub(super) struct Line {
	/// What its issuer granted.
	pub(super) grant: Grant,
	/// The issuer's token first.
	pub(super) links: Vec<Link>,
}

/// A token, and how it came from the one before.
#[derive(Clone, Debug)]
pub(super) struct Link {
	pub(super) text: String,
	pub(super) by: By,
	/// What its blocks are known by.
	pub(super) ids: Vec<Vec<u8>>,
}

/// How a token came from the one before.
#[derive(Clone, Debug)]
pub(super) enum By {
	/// It was the first.
	Issuer,
	/// It was narrowed with our program.
	Narrowing(Attenuation),
	/// Something was appended that our program could have made; of which kinds.
	Known(Vec<String>),
	/// Anything else, which is not read; of which kinds.
	Foreign(Vec<String>),
}

impl Line {
	/// What an issuer has just made.
	pub(super) fn new(grant: Grant, text: String) -> Self {
		let mut line = Self { grant, links: Vec::new() };
		line.push(text, By::Issuer);
		line
	}

	/// Appends what came of the last one.
	pub(super) fn push(&mut self, text: String, by: By) {
		let biscuit = UnverifiedBiscuit::from_base64(&text).expect("the library wrote it; qed");
		self.links.push(Link { text, by, ids: biscuit.revocation_identifiers() });
	}

	/// How it was narrowed with our program.
	pub(super) fn narrowings(&self) -> impl Iterator<Item = &Attenuation> {
		self.links.iter().filter_map(|link| match &link.by {
			By::Narrowing(by) => Some(by),
			By::Issuer | By::Known(_) | By::Foreign(_) => None,
		})
	}

	/// Whether nothing was appended that could take more away than our program does.
	pub(super) fn is_plain(&self) -> bool {
		self.links.iter().all(|link| matches!(link.by, By::Issuer | By::Narrowing(_)))
	}

	/// Whether one of its tokens, and so each that came from it, has a block that is not read.
	pub(super) fn is_foreign(&self, link: usize) -> bool {
		self.links[..=link].iter().any(|link| matches!(link.by, By::Foreign(_)))
	}

	/// The most that the last token may allow.
	pub(super) fn allows(&self, ask: &Ask, now_secs: u64) -> bool {
		// Moments that have no text are the last that has one.
		let now_secs = now_secs.min(LAST_SECS);
		now_secs < self.grant.expires_at_secs.min(LAST_SECS)
			&& self.grant.rights.iter().any(|right| right.covers(ask))
			&& self.narrowings().all(|by| leaves(by, ask, now_secs))
	}
}

impl Link {
	/// How it came about, for what an input has reached.
	pub(super) fn what(&self) -> Vec<String> {
		match &self.by {
			By::Issuer => Vec::new(),
			By::Narrowing(by) => {
				let lists = [!by.services.is_empty(), !by.scopes.is_empty(), by.is_read_only];
				vec![format!("narrowed {lists:?} {:?}", by.expires_at_secs)]
			},
			By::Known(kinds) | By::Foreign(kinds) => kinds.clone(),
		}
	}
}

fn leaves(by: &Attenuation, ask: &Ask, now_secs: u64) -> bool {
	(by.services.is_empty() || by.services.contains(&ask.service))
		&& (by.scopes.is_empty() || by.scopes.contains(&ask.scope))
		&& (!by.is_read_only || ask.verb == Verb::Read)
		&& by.expires_at_secs.is_none_or(|end| now_secs < end.min(LAST_SECS))
}

/// The tokens that are kept.
pub(super) fn kept() -> &'static [Line] {
	&LINES
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
	let of = |(texts, (grant, narrowings)): (&[&str], (Grant, Vec<Attenuation>))| {
		let (first, rest) = texts.split_first().expect("each has a first; qed");
		let mut line = Line::new(grant, first.trim_end().to_owned());
		for (text, by) in rest.iter().zip(narrowings) {
			line.push(text.trim_end().to_owned(), By::Narrowing(by));
		}
		line
	};
	KEPT.into_iter().zip(grants()).map(of).collect()
});

/// What was granted with the tokens that are kept, and how they were narrowed.
fn grants() -> [(Grant, Vec<Attenuation>); 2] {
	let scope = |name| Scope::new(name).expect("none of these is empty; qed");
	let whole = Grant {
		subject: Subject::Account([3; 32]),
		rights: Right::everything(),
		expires_at_secs: NOW + 100,
	};
	let narrow = Attenuation {
		services: vec![Service::Store, Service::Files],
		scopes: vec![scope("a"), scope("job/7")],
		..Attenuation::default()
	};
	let narrower = Attenuation {
		is_read_only: true,
		expires_at_secs: Some(NOW + 50),
		..Attenuation::default()
	};
	let job =
		Grant { subject: Subject::Job(7), rights: Right::of_job(7), expires_at_secs: NOW + 1_000 };
	[(whole, vec![narrow, narrower]), (job, Vec::new())]
}

/// Makes such tokens anew, each with all that it came from.
#[cfg(test)]
pub(crate) fn make() -> Vec<Vec<String>> {
	let issuer = TokenIssuer::new(&identity(), DEED, GENESIS);
	let line = |(grant, narrowings): (Grant, Vec<Attenuation>)| {
		let mut texts = vec![issuer.mint(&grant, NOW).expect("it is little; qed")];
		for by in narrowings {
			let last = Token::parse(&texts[texts.len() - 1]).expect("it was just made; qed");
			texts.push(last.attenuate(&by).expect("it is little; qed"));
		}
		texts
	};
	grants().map(line).into()
}
