// SPDX-License-Identifier: Apache-2.0

//! A Markdown file has one title.

use super::{File, Violation};

/// Finds a Markdown file with no level-one heading, or with several.
#[must_use]
pub fn check(file: &File) -> Vec<Violation> {
	if file.extension() != "md" {
		return Vec::new();
	}
	let titles = title_lines(file.text().unwrap_or_default());
	match titles.as_slice() {
		[] => vec![file.violation("no title: begin it with `# ...`")],
		[_] => Vec::new(),
		[_, rest @ ..] => rest
			.iter()
			.map(|line| file.violation_at(*line, "a second title: use `## ...`"))
			.collect(),
	}
}

/// Lines with a level-one heading, outside fenced code, where `#` begins a comment.
fn title_lines(text: &str) -> Vec<usize> {
	let mut fence = None;
	let mut titles = Vec::new();
	for (index, line) in text.lines().enumerate() {
		let marker =
			["```", "~~~"].into_iter().find(|marker| line.trim_start().starts_with(marker));
		match (fence, marker) {
			(None, Some(marker)) => fence = Some(marker),
			(Some(open), Some(marker)) if open == marker => fence = None,
			(None, None) if line.starts_with("# ") => titles.push(index),
			_ => {},
		}
	}
	titles
}

#[cfg(test)]
mod tests {
	use super::{super::file, *};

	#[test]
	fn check_should_want_exactly_one_title() {
		assert_eq!(check(&file("a.md", "# One\n\n## Two\n\n```sh\n# a comment\n```\n")), []);
		assert_eq!(check(&file("a.rs", "no title, and no need of one")), []);
		let none = check(&file("a.md", "## Two\n"));
		assert_eq!(none.len(), 1, "{none:?}");
		let two = check(&file("a.md", "# One\n```\n```\n# Another\n"));
		assert_eq!(two.iter().map(|violation| violation.line).collect::<Vec<_>>(), [Some(4)]);
	}
}
