// SPDX-License-Identifier: Apache-2.0

//! Specifications as files: examples, checks and changes.

use crate::{arguments::JobKind, files, output::Answer};
use anyhow::{Context as _, bail, ensure};
use cid::Cid;
use r1_deeploy::{
	job::{DOCUMENT_BYTES_MAX, Document, JobSpecification, Work},
	specification::{ServedName, Specification},
};
use serde::Serialize;
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// What `job validate` says of a specification that is valid.
#[derive(Serialize)]
struct Valid {
	name: String,
	kind: &'static str,
	containers: Vec<String>,
	images: Vec<String>,
	secrets: Vec<String>,
}

/// What is changed in a specification.
pub(super) struct Changes<'change> {
	/// Whose it is, for messages.
	pub(super) job: u32,
	/// Another model, by its CID.
	pub(super) model: Option<String>,
	/// Sealed secrets to add or replace, by their names.
	pub(super) secrets: BTreeMap<String, String>,
	/// Names of secrets to remove.
	pub(super) without_secrets: &'change [String],
}

/// An example to begin with.
pub(super) fn example(kind: JobKind) -> Answer {
	Answer::text(match kind {
		JobKind::Container => include_str!("../../../../../examples/web-service/job.yaml"),
		JobKind::Stack => include_str!("../../../../../examples/stack/job.yaml"),
		JobKind::Model => include_str!("../../../../../examples/model/job.yaml"),
		JobKind::EncryptedModel => include_str!("../../../../../examples/encrypted-model/job.yaml"),
		JobKind::Storage => include_str!("../../../../../examples/storage/job.yaml"),
		JobKind::Learning => include_str!("../../../../../examples/learning/job.yaml"),
	})
}

/// Reads a specification, and says what it comes to.
pub(super) fn validate(path: &Path) -> anyhow::Result<Answer> {
	let document = check(path)?;
	let containers = document.group().map(|group| group.containers());
	let containers = containers.into_iter().flatten();
	let (names, images) = containers
		.map(|(name, container)| (name.to_string(), container.image.to_string()))
		.unzip();
	let valid = Valid {
		name: document.name().to_string(),
		kind: document.kind(),
		containers: names,
		images,
		secrets: document.secrets().keys().map(ToString::to_string).collect(),
	};
	Answer::one(
		&valid,
		&[
			("name", valid.name.clone()),
			("kind", valid.kind.to_owned()),
			("containers", valid.containers.join(", ")),
			("images", valid.images.join(", ")),
			("secrets", valid.secrets.join(", ")),
		],
	)
}

/// Reads a specification; the error says where it is wrong and how to mend it.
pub(super) fn check(path: &Path) -> anyhow::Result<Document> {
	let bytes = read(path)?;
	Document::read(&bytes)
		.with_context(|| format!("{} is no valid job specification", path.display()))
}

/// The bytes of a specification.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
	files::read(path, DOCUMENT_BYTES_MAX)
}

/// The bytes of a specification with changes.
pub(super) fn change(present: &[u8], changes: Changes<'_>) -> anyhow::Result<Vec<u8>> {
	let document = Document::read(present).context("the job's specification is malformed")?;
	let is_unchanged =
		changes.model.is_none() && changes.secrets.is_empty() && changes.without_secrets.is_empty();
	if is_unchanged {
		return Ok(present.to_owned());
	}
	let mut secrets = document.secrets().clone();
	for name in changes.without_secrets {
		let removed = ServedName::new(name).ok().and_then(|name| secrets.remove(&name));
		ensure!(removed.is_some(), "job {} has no secret `{name}`", changes.job);
	}
	for (name, sealed) in changes.secrets {
		secrets.insert(ServedName::new(&name)?, sealed);
	}
	let model = changes.model.map(|text| {
		Cid::try_from(text.as_str())
			.with_context(|| format!("the daemon answered with `{text}`, which is no CID"))
	});
	let model = model.transpose()?;
	let changed = match document {
		Document::V1(Specification::Inference(mut inference)) => {
			inference.secrets = secrets;
			inference.model = model.unwrap_or(inference.model);
			Specification::Inference(inference).to_json()
		},
		Document::V1(_) => bail!("this is of a newer version; get a newer r1ctl"),
		Document::V2(job) => {
			let mut job: JobSpecification = Arc::unwrap_or_clone(job);
			job.secrets = secrets;
			match (&mut job.work, model) {
				(_, None) => {},
				(Work::Model(of), Some(model)) => of.model = model,
				(Work::EncryptedModel { model: of }, Some(model)) => *of = model,
				(work, Some(_)) => {
					bail!("job {} is of kind `{}`, which has no model", changes.job, work.kind())
				},
			}
			job.to_json()
		},
	};
	// What is too long or too much now is said here, and not by each node.
	Document::read(changed.as_bytes()).context("the change makes the specification invalid")?;
	Ok(changed.into_bytes())
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::ValueEnum as _;

	fn shown(kind: JobKind) -> String {
		String::from_utf8(example(kind).printed().to_vec()).unwrap()
	}

	#[test]
	fn examples_should_be_valid_and_of_their_kind() {
		for kind in JobKind::value_variants() {
			let name = kind.to_possible_value().unwrap();
			let text = shown(*kind);
			let document =
				Document::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
			assert_eq!(document.kind(), name.get_name());
		}
	}

	#[test]
	fn specification_that_is_wrong_should_be_refused_with_line_path_and_remedy() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("job.yaml");
		let image = "oci-archive:bafkreid2qnfhy7vcbhjskibnqchnzs5uxrxudq7q2hfuyzett2bs2x2iwu";
		let text = format!(
			"version: 2\nkind: container\nname: web\ncontainer:\n  image: {image}\n  ports:\n    \
			 http: {{port: 0}}\n"
		);
		std::fs::write(&path, text).unwrap();
		let error = format!("{:#}", validate(&path).unwrap_err());
		for needle in ["job.yaml", "line 7", "container.ports.http.port"] {
			assert!(error.contains(needle), "`{needle}` is not in: {error}");
		}
	}

	#[test]
	fn changes_should_be_made_in_either_version_and_checked() {
		let changes = |secrets: &[(&str, &str)], without_secrets| Changes {
			job: 7,
			model: None,
			secrets: secrets.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
			without_secrets,
		};
		let stack = shown(JobKind::Stack);
		assert_eq!(change(stack.as_bytes(), changes(&[], &[])).unwrap(), stack.as_bytes());
		let with = change(stack.as_bytes(), changes(&[("more", "sealed")], &[])).unwrap();
		let read = Document::read(&with).unwrap();
		assert_eq!(read.secrets()[&ServedName::new("more").unwrap()], "sealed");
		let names = ["more".to_owned()];
		let without = change(&with, changes(&[], &names)).unwrap();
		assert!(
			!Document::read(&without)
				.unwrap()
				.secrets()
				.contains_key(&ServedName::new("more").unwrap())
		);
		let error = change(&without, changes(&[], &names)).unwrap_err().to_string();
		assert_eq!(error, "job 7 has no secret `more`");
		let model = Some("bafkreid2qnfhy7vcbhjskibnqchnzs5uxrxudq7q2hfuyzett2bs2x2iwu".to_owned());
		let error = change(&with, Changes { model, ..changes(&[], &[]) }).unwrap_err().to_string();
		assert_eq!(error, "job 7 is of kind `stack`, which has no model");
	}
}
