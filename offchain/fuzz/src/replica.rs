// SPDX-License-Identifier: Apache-2.0

//! What replicas of a namespace send each other, changed on its way, and files that were damaged.

use crate::{
	edits::{edit_bytes, spoilt},
	reached::Reached,
	resp::{NOW_MS, stored},
};
use fuzzing::Choices;
use r1_cstore::{
	Entry, Fsync, Journal, Namespace, Question, Record, Repair, Request, Response, Word, answer,
};
use std::fs;

/// Most messages of one input.
const MESSAGES_MAX: usize = 12;

/// Plays an input of messages.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let (mut own, _) = stored(1);
	let (mut other, changes) = stored(choices.pick(&[2, 1]));
	let mut repair = Repair::default();
	for _ in 0..MESSAGES_MAX {
		if choices.are_spent() {
			break;
		}
		let namespace = "job/7".to_owned();
		let request = match choices.number(0..=4) {
			4 => Request::Publish { namespace, channel: b"c".to_vec(), message: b"m".to_vec() },
			0 => Request::Store { namespace, records: choices.some(&changes, 4) },
			_ => match repair.ask(&mut own) {
				Some(question) => Request::Repair { namespace, question },
				None => {
					repair = Repair::default();
					continue;
				},
			},
		};
		let sent = spoilt(request.to_bytes(), choices);
		let Some(response) = serve(&mut other, &sent, reached) else {
			repair = Repair::default();
			continue;
		};
		let sent = spoilt(response.to_bytes(), choices);
		let Ok(response) = Response::from_bytes(&sent) else {
			reached.note("response", "none");
			continue;
		};
		if let Response::Repaired { answer, .. } = response {
			let taken = repair.take(&mut own, answer, NOW_MS, &mut Vec::new());
			reached.note_result("take", &taken);
			if taken.is_err() {
				repair = Repair::default();
			}
		}
		check(&own);
		check(&other);
	}
	// Whatever was done to them, the two still come to the same, unless one holds what was made up
	// for a moment that has not come.
	let is_level = level(&mut own, &mut other);
	reached.note("level", if is_level { "ok" } else { "refused" });
	assert!(!is_level || own.root() == other.root(), "a repair ended, and they differ");
}

/// Lets a replica answer what came.
fn serve(other: &mut Namespace, sent: &[u8], reached: &mut Reached) -> Option<Response> {
	let request = match Request::from_bytes(sent) {
		Ok(request) => request,
		Err(error) => {
			let text = format!("{error:?}");
			reached.note("request", text.split([' ', '{']).next().unwrap_or_default());
			return None;
		},
	};
	assert_eq!(Request::from_bytes(&request.to_bytes()), Ok(request.clone()));
	let question = match request {
		Request::Store { records, .. } => Question::Take(records),
		Request::Repair { question, .. } => question,
		Request::Publish { .. } => {
			reached.note("request", "publish");
			return Some(Response::Stored);
		},
		// No replica is asked that.
		Request::Agree { .. } | Request::Seal { .. } => {
			reached.note("request", "quorum");
			return None;
		},
	};
	let answer = answer(other, question, NOW_MS, &mut Vec::new());
	reached.note_result("answer", &answer);
	let word = Word { promise_ms: other.promise(NOW_MS), complete_ms: 0 };
	Some(Response::Repaired { word, answer: answer.ok()? })
}

/// Repairs both without anybody between them; whether it came to its end.
fn level(own: &mut Namespace, other: &mut Namespace) -> bool {
	let mut repair = Repair::default();
	for _ in 0..1_000 {
		let Some(question) = repair.ask(own) else { return true };
		let Ok(answer) = answer(other, question, NOW_MS, &mut Vec::new()) else { return false };
		if repair.take(own, answer, NOW_MS, &mut Vec::new()).is_err() {
			return false;
		}
	}
	panic!("a repair does not end");
}

fn check(namespace: &Namespace) {
	for record in namespace.records() {
		assert_eq!(record.check(), Ok(()), "{record:?}");
	}
}

/// Plays an input of damaged files.
pub(crate) fn play_files(choices: &mut Choices<'_>, reached: &mut Reached) {
	let folder = tempfile::tempdir().expect("there is room for a few files");
	let open = || {
		let mut entries = Vec::new();
		let (journal, found) = Journal::open(folder.path(), Fsync::Periodic, |entry| {
			entries.push(entry);
		})
		.expect("a damaged file is no error");
		entries.retain(|entry| *entry != Entry::End);
		(journal, found, entries)
	};
	let (_, records) = stored(1);
	let (mut journal, ..) = open();
	let mut written = Vec::new();
	for number in 0..choices.number(1..=6) as usize {
		let some: Vec<Record> = choices.some(&records, 3);
		for entry in Entry::of_records("job/7", some) {
			journal.append(entry.clone());
			written.push(entry);
		}
		journal.commit().expect("there is room");
		if choices.one_in(4) {
			let mut snapshot = journal.begin_snapshot().expect("there is room");
			snapshot.write(&written).expect("there is room");
			if !choices.one_in(4) {
				let number = snapshot.finish().expect("there is room");
				journal.forget_before(number).expect("they are ours");
				reached.note("snapshot", "finished");
			}
		}
		reached.note("commits", number.to_string());
	}
	drop(journal);
	let mut paths: Vec<_> = fs::read_dir(folder.path())
		.expect("it is ours")
		.map(|it| it.expect("it is ours").path())
		.collect();
	paths.sort();
	let path = choices.pick(&paths);
	let genuine = fs::read(&path).expect("it is ours");
	let is_damaged = choices.one_in(2);
	if is_damaged {
		fs::write(&path, edit_bytes(&genuine, choices)).expect("there is room");
	}
	let (mut journal, found, entries) = open();
	for (_, damage) in &found.damaged {
		let text = format!("{damage:?}");
		reached.note("damage", text);
	}
	// Nothing is there that was not written, and all of it if nothing was damaged.
	assert!(entries.iter().all(|entry| written.contains(entry)), "something was made up");
	if !is_damaged {
		assert!(written.iter().all(|entry| entries.contains(entry)), "something is lost");
	}
	// And the journal goes on.
	let last = Entry::Horizon { namespace: "job/7".to_owned(), horizon_ms: 1 };
	journal.append(last.clone());
	journal.commit().expect("there is room");
	drop(journal);
	assert!(open().2.contains(&last), "what was written after the damage is lost");
}
