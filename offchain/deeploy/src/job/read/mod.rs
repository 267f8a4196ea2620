// SPDX-License-Identifier: Apache-2.0

//! From a document to a job.

mod container;

use super::{
	Audit, Egress, GpuClass, Group, JobSpecification, Learning, Model, Optimiser, RollOut, Storage,
	TagExpression, Training, UpdatePolicy, Work, limits,
};
use crate::{
	document::{At, DocumentError, Fields},
	specification::{ModelFormat, NAME_BYTES_MAX, SECRETS_MAX, SecretName, ServedName},
};
use cid::Cid;
use std::{
	collections::{BTreeMap, BTreeSet},
	ops::Range,
};

/// The version that is read here.
pub(super) const VERSION: u64 = 2;

const KINDS: [(&str, Kind); 6] = [
	("container", Kind::Container),
	("stack", Kind::Stack),
	("model", Kind::Model),
	("encrypted-model", Kind::EncryptedModel),
	("storage", Kind::Storage),
	("learning", Kind::Learning),
];

#[derive(Clone, Copy)]
enum Kind {
	Container,
	Stack,
	Model,
	EncryptedModel,
	Storage,
	Learning,
}

/// Reads a whole document.
pub(super) fn job(root: &At<'_>) -> Result<JobSpecification, DocumentError> {
	let mut fields = root.fields()?;
	version(&fields.required("version")?)?;
	let expected = "container, stack, model, encrypted-model, storage or learning";
	let kind = fields.required("kind")?.choice(expected, &KINDS)?;
	let name = served_name(&fields.required("name")?)?;
	let tags = fields.optional("tags").map_or(Ok(TagExpression::default()), |at| tags(&at))?;
	let gpu = fields.optional("gpu").map(|at| gpu(&at)).transpose()?;
	let secrets = fields.optional("secrets").map_or(Ok(BTreeMap::new()), |at| secrets(&at))?;
	let work = match kind {
		Kind::Container => {
			let at = fields.required("container")?;
			Work::Container(group(&mut fields, &[(name.clone(), at)], &secrets)?)
		},
		Kind::Stack => {
			let at = fields.required("containers")?;
			let containers = at.entries("containers", limits::CONTAINERS_MAX)?;
			let mut places = Vec::new();
			for (name, at) in containers {
				places.push((parsed_name(&at, name)?, at));
			}
			Work::Stack(group(&mut fields, &places, &secrets)?)
		},
		Kind::Model => Work::Model(model(&mut fields)?),
		Kind::EncryptedModel => Work::EncryptedModel { model: cid(&fields.required("model")?)? },
		Kind::Storage => Work::Storage(storage(&mut fields)?),
		Kind::Learning => Work::Learning(learning(&mut fields)?),
	};
	fields.finish()?;
	Ok(JobSpecification { name, tags, gpu, secrets, work })
}

fn version(at: &At<'_>) -> Result<(), DocumentError> {
	match at.integer(0..=u64::MAX)? {
		VERSION => Ok(()),
		_ => Err(at.conflict("only version 2 is read here; version 1 has no such field")),
	}
}

/// The containers, with what is said about all of them.
fn group(
	fields: &mut Fields<'_>,
	places: &[(ServedName, At<'_>)],
	secrets: &BTreeMap<SecretName, String>,
) -> Result<Group, DocumentError> {
	let mut containers = BTreeMap::new();
	for (name, at) in places {
		let container = container::container(at)?;
		let missing = container.secrets.values().find(|wanted| !secrets.contains_key(*wanted));
		if let Some(missing) = missing {
			let message = format!("the job has no secret `{missing}`; add it to its `secrets`");
			return Err(at.conflict(message));
		}
		containers.insert(name.clone(), container);
	}
	let egress = fields.optional("egress").map_or(Ok(Egress::None), |at| egress(&at))?;
	let update = fields.optional("update").map(|at| update(&at)).transpose()?;
	Group::new(containers, egress, update).map_err(|error| {
		let place = places.iter().find(|(name, _)| Some(name) == error.container());
		place.map_or(fields.at(), |(_, at)| at).conflict(error.to_string())
	})
}

fn egress(at: &At<'_>) -> Result<Egress, DocumentError> {
	if !at.is_object() {
		let expected = "none or internet; or an object with `hosts`";
		let words = [("none", false), ("internet", true)];
		return Ok(match at.choice(expected, &words)? {
			true => Egress::Internet,
			false => Egress::None,
		});
	}
	let mut fields = at.fields()?;
	let hosts = fields.required("hosts")?.items("hosts", limits::EGRESS_HOSTS_MAX)?;
	let hosts: BTreeSet<_> = hosts.iter().map(host_and_port).collect::<Result<_, _>>()?;
	fields.finish()?;
	Ok(Egress::Hosts(hosts))
}

fn host_and_port(at: &At<'_>) -> Result<String, DocumentError> {
	let text = at.text(limits::PATH_BYTES_MAX)?;
	let is_host = |host: &str| {
		let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
		!host.is_empty() && host.bytes().all(is_allowed)
	};
	let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port != 0);
	match text.rsplit_once(':') {
		Some((host, port)) if is_host(host) && is_port(port) => Ok(text.to_ascii_lowercase()),
		_ => Err(at.invalid(text, "a host and a port", "write it as `example.org:443`")),
	}
}

fn update(at: &At<'_>) -> Result<UpdatePolicy, DocumentError> {
	let words = [("start-first", RollOut::StartFirst), ("stop-first", RollOut::StopFirst)];
	Ok(UpdatePolicy { roll_out: at.choice("start-first or stop-first", &words)? })
}

fn gpu(at: &At<'_>) -> Result<GpuClass, DocumentError> {
	let words = [
		("entry", GpuClass::Entry),
		("medium", GpuClass::Medium),
		("high", GpuClass::High),
		("ultra", GpuClass::Ultra),
	];
	at.choice("entry, medium, high or ultra", &words)
}

fn tags(at: &At<'_>) -> Result<TagExpression, DocumentError> {
	let clauses = at.items("clauses", limits::CLAUSES_MAX)?;
	// One by one, so that an error names the clause.
	let max = limits::ALTERNATIVES_MAX * (limits::TAG_BYTES_MAX + 3);
	let mut texts = Vec::new();
	for clause in &clauses {
		let text = clause.text(max)?;
		TagExpression::parse([text]).map_err(|error| clause.conflict(error.to_string()))?;
		texts.push(text);
	}
	TagExpression::parse(texts).map_err(|error| at.conflict(error.to_string()))
}

fn secrets(at: &At<'_>) -> Result<BTreeMap<SecretName, String>, DocumentError> {
	let secrets = at.entries("secrets", SECRETS_MAX)?;
	let secret = |(name, at): (&str, At<'_>)| {
		Ok((parsed_name(&at, name)?, at.text(limits::SECRET_BYTES_MAX)?.to_owned()))
	};
	secrets.into_iter().map(secret).collect()
}

fn model(fields: &mut Fields<'_>) -> Result<Model, DocumentError> {
	let model = cid(&fields.required("model")?)?;
	let words = [("onnx", ModelFormat::Onnx)];
	let format = fields.required("format")?.choice("onnx", &words)?;
	let at = fields.required("tolerance")?;
	let tolerance = at.number()?;
	if !(0.0..1.0).contains(&tolerance) {
		return Err(at.conflict("a tolerance is at least 0 and less than 1, such as 0.0001"));
	}
	let probe_range = fields.optional("probe_range").map_or(Ok(0.0..1.0), |at| probe_range(&at))?;
	let audit = fields.optional("audit").map_or(Ok(Audit::default()), |at| audit(&at))?;
	Ok(Model { model, format, tolerance, probe_range, audit })
}

fn audit(at: &At<'_>) -> Result<Audit, DocumentError> {
	let words = [("receipts", Audit::Receipts), ("planted", Audit::Planted)];
	at.choice("receipts or planted", &words)
}

fn probe_range(at: &At<'_>) -> Result<Range<f64>, DocumentError> {
	let hint = "a range is a list of two numbers, the lower one first, such as [0, 1]";
	let ends = at.items("numbers", 2)?;
	let [start, end] = ends.as_slice() else {
		return Err(at.conflict(hint));
	};
	let (start, end) = (start.number()?, end.number()?);
	// A range of which no width can be computed is too wide to draw from.
	match start < end && (end - start).is_finite() {
		true => Ok(start..end),
		false => Err(at.conflict(hint)),
	}
}

fn storage(fields: &mut Fields<'_>) -> Result<Storage, DocumentError> {
	let size_mib = fields.required("size_mib")?.integer(1..=limits::VOLUME_MIB_MAX)?;
	let at = fields.required("roots")?;
	let mut roots = Vec::new();
	for item in at.items("roots", limits::ROOTS_MAX)? {
		let root = cid(&item)?;
		if roots.contains(&root) {
			return Err(item.conflict("this root is there twice; remove one"));
		}
		roots.push(root);
	}
	match roots.is_empty() {
		true => Err(at.conflict("nothing is kept; name at least one root")),
		false => Ok(Storage { roots, size_mib }),
	}
}

fn learning(fields: &mut Fields<'_>) -> Result<Learning, DocumentError> {
	let model = cid(&fields.required("model")?)?;
	let at = fields.required("data")?;
	let data = served_name(&at)?;
	if limits::DATA_NAME_BYTES_MAX < data.as_str().len() {
		return Err(at.conflict("the name of a data set has at most 27 characters"));
	}
	let training = training(&fields.required("training")?)?;
	Ok(Learning { model, data, training })
}

fn training(at: &At<'_>) -> Result<Training, DocumentError> {
	let mut fields = at.fields()?;
	let words = [("sgd", Optimiser::Sgd), ("adam", Optimiser::Adam)];
	let optimiser = fields.required("optimiser")?.choice("sgd or adam", &words)?;
	let at = fields.required("learning_rate")?;
	let learning_rate = at.number()?;
	if learning_rate <= 0.0 || 10.0 < learning_rate {
		return Err(at.conflict("a learning rate is above 0 and at most 10, such as 0.01"));
	}
	let epochs = count(&fields.required("epochs")?, limits::TRAINING_EPOCHS_MAX)?;
	let batch_samples = count(&fields.required("batch_samples")?, limits::BATCH_SAMPLES_MAX)?;
	fields.finish()?;
	Ok(Training { optimiser, learning_rate, epochs, batch_samples })
}

/// A number of things, of which there is one at least.
fn count(at: &At<'_>, max: u64) -> Result<u32, DocumentError> {
	let max = max.min(u64::from(u32::MAX));
	Ok(u32::try_from(at.integer(1..=max)?).unwrap_or(u32::MAX))
}

pub(super) fn served_name(at: &At<'_>) -> Result<ServedName, DocumentError> {
	// Longer ones are refused by their characters' message, which also says how long one may be.
	parsed_name(at, at.text(crate::document::DOCUMENT_BYTES_MAX)?)
}

/// A name that is a field's name: the error stands where its value does.
pub(super) fn parsed_name(at: &At<'_>, name: &str) -> Result<ServedName, DocumentError> {
	const _: () = assert!(NAME_BYTES_MAX == 64, "the message says so");
	ServedName::new(name)
		.map_err(|_| at.invalid(name, "a name", "use 1 to 64 of a to z, 0 to 9 and `-`"))
}

fn cid(at: &At<'_>) -> Result<Cid, DocumentError> {
	let text = at.text(limits::PATH_BYTES_MAX)?;
	Cid::try_from(text)
		.map_err(|_| at.invalid(text, "a CID", "upload the file and write the CID that comes back"))
}
