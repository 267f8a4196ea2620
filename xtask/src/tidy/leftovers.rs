// SPDX-License-Identifier: Apache-2.0

//! What was meant for the author alone: markers, debug prints, paths of one machine.

use super::{File, Violation};

/// A text that may not be in the repository.
struct Leftover {
	text: &'static str,
	/// Whether it must stand alone to count, rather than as a part of a longer word.
	is_word: bool,
	advice: &'static str,
}

/// The list; each text is cut in two so that this file does not hold it.
const LEFTOVERS: [Leftover; 16] = [
	word(concat!("TO", "DO"), "do it now, or open an issue"),
	word(concat!("FIX", "ME"), "fix it now, or open an issue"),
	word(concat!("XX", "X"), "say what is wrong, or mend it"),
	word(concat!("HA", "CK"), "say why it has to be so"),
	word(concat!("WI", "P"), "finish it"),
	part(concat!("db", "g!("), "remove the debug print"),
	part(concat!("unimple", "mented!("), "implement it, or return an error"),
	part(concat!("to", "do!("), "implement it, or return an error"),
	part(concat!("#[ig", "nore"), "a slow test gates on RUN_SLOW_TESTS=1 instead"),
	part(concat!("<<<<", "<<< "), "resolve the conflict"),
	part(concat!(">>>>", ">>> "), "resolve the conflict"),
	part(concat!("/ho", "me/"), "a path of one machine"),
	part(concat!("/ro", "ot/"), "a path of one machine"),
	part(concat!("/Us", "ers/"), "a path of one machine"),
	part(concat!("C:\\", "Users"), "a path of one machine"),
	part(concat!("\"resol", "ved\": \"http"), "a registry's address: see tests/client/.npmrc"),
];

const fn word(text: &'static str, advice: &'static str) -> Leftover {
	Leftover { text, is_word: true, advice }
}

const fn part(text: &'static str, advice: &'static str) -> Leftover {
	Leftover { text, is_word: false, advice }
}

/// Finds lines of a text file that hold a leftover.
#[must_use]
pub fn check(file: &File) -> Vec<Violation> {
	// Only cargo writes it; checksums may spell anything.
	if file.path == "Cargo.lock" {
		return Vec::new();
	}
	let lines = file.text().unwrap_or_default().lines().enumerate();
	lines
		.flat_map(|(index, line)| {
			LEFTOVERS
				.iter()
				.filter(move |leftover| leftover.is_in(line))
				.map(move |leftover| {
					file.violation_at(index, format!("`{}`: {}", leftover.text, leftover.advice))
				})
		})
		.collect()
}

impl Leftover {
	fn is_in(&self, line: &str) -> bool {
		line.match_indices(self.text).any(|(start, text)| {
			let before = line[..start].chars().next_back();
			let after = line[start + text.len()..].chars().next();
			!self.is_word || !(before.is_some_and(is_word_part) || after.is_some_and(is_word_part))
		})
	}
}

fn is_word_part(letter: char) -> bool {
	letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
	use super::{super::file, *};

	#[test]
	fn check_should_find_every_leftover() {
		for leftover in &LEFTOVERS {
			let text = format!("fine\n\t{} here\n", leftover.text);
			let found = check(&file("a.txt", &text));
			assert!(found.iter().all(|violation| violation.line == Some(2)), "{found:?}");
			assert_eq!(found.len(), 1, "{found:?}");
		}
	}

	#[test]
	fn check_should_pass_words_that_hold_a_leftover() {
		for leftover in LEFTOVERS.iter().filter(|leftover| leftover.is_word) {
			let text = format!("{0}ATHON my_{0} 0{0}\n", leftover.text);
			assert_eq!(check(&file("a.txt", &text)), []);
			assert_eq!(check(&file("Cargo.lock", leftover.text)), []);
		}
	}
}
