// SPDX-License-Identifier: Apache-2.0

//! Whatever is written is read as the same, and any bytes are read to an end.

use super::{job::shop, *};
use crate::job::*;
use proptest::{prelude::*, sample::select};
use std::collections::BTreeSet;

fn any_name() -> impl Strategy<Value = ServedName> {
	"[a-z0-9-]{1,12}".prop_map(|name| ServedName::new(&name).unwrap())
}

fn any_text() -> impl Strategy<Value = String> {
	// With quotes, line ends and what YAML and JSON make something of.
	r#"[ -~\n\té漢😀]{0,20}"#
}

fn any_image() -> impl Strategy<Value = Image> {
	let cid = any::<[u8; 4]>().prop_map(|bytes| cid_of(RAW_CODEC, &bytes));
	prop_oneof![
		cid.clone().prop_map(|cid| Image::Archive { cid }),
		cid.prop_map(|cid| Image::Layout { cid }),
		("[a-z]{1,5}(\\.[a-z]{2}|:[1-9][0-9]{3})(/[a-z0-9][a-z0-9._-]{0,5}){1,3}", "[0-9a-f]{64}")
			.prop_map(|(name, hex)| format!("{name}@sha256:{hex}").parse().unwrap()),
	]
}

fn any_check() -> impl Strategy<Value = HealthCheck> {
	let check = prop_oneof![
		(1_u16.., "/[a-z/]{0,8}").prop_map(|(port, path)| Check::Http { port, path }),
		(1_u16..).prop_map(|port| Check::Tcp { port }),
		prop::collection::vec(any_text(), 1..3).prop_map(|command| Check::Exec { command }),
	];
	(check, 1_u64..=3_600, 1_u64..=3_600, 1_u64..=100).prop_map(
		|(check, interval_secs, timeout_secs, failures_max)| HealthCheck {
			check,
			interval_secs,
			timeout_secs,
			failures_max,
		},
	)
}

prop_compose! {
	fn any_policies()(
		start_up in prop::option::of(any_check()),
		continuous in prop::option::of(any_check()),
		when in select(vec![RestartWhen::Always, RestartWhen::OnFailure, RestartWhen::Never]),
		attempts_max in 0_u64..=100,
		pause_secs in 1_u64..=60,
		pause_secs_max in 60_u64..=3_600,
		reset_secs in 1_u64..=3_600,
		cpu_millis in 10_u64..=22_000,
		memory_mib in 8_u64..=10_000,
		pids in 1_u64..=4_096,
	) -> (Health, RestartPolicy, Resources) {
		(
			Health { start_up, continuous },
			RestartPolicy { when, attempts_max, pause_secs, pause_secs_max, reset_secs },
			Resources { cpu_millis, memory_mib, pids },
		)
	}
}

prop_compose! {
	fn any_container()(
		image in any_image(),
		command in prop::collection::vec(any_text(), 0..3),
		arguments in prop::collection::vec(any_text(), 0..3),
		environment in prop::collection::btree_map("A[A-Z0-9_]{0,8}", any_text(), 0..3),
		fragments in prop::collection::vec(any_text().prop_map(Fragment::Text), 0..3),
		port in prop::option::of((any_name(), 1_u16..)),
		is_public in any::<bool>(),
		volume in prop::option::of((any_name(), "/[a-c]{1,4}(/[a-c]{1,4})?", 1_u64..1_000)),
		is_read_only in any::<bool>(),
		(health, restart, resources) in any_policies(),
		stop_secs in 0_u64..=3_600,
	) -> Container {
		let protocol = Protocol::Http;
		let port = port.map(|(name, number)| (name, Port { number, protocol, is_public }));
		let volume =
			volume.map(|(name, path, size_mib)| (name, Volume { path, size_mib, is_read_only }));
		Container {
			image,
			command,
			arguments,
			environment,
			dynamic_environment: [("B".to_owned(), fragments)].into(),
			secrets: BTreeMap::new(),
			ports: port.into_iter().collect(),
			volumes: volume.into_iter().collect(),
			resources,
			health,
			restart,
			stop_secs,
			depends_on: BTreeSet::new(),
		}
	}
}

prop_compose! {
	/// Containers that each depend on some of those before.
	pub(crate) fn any_group()(
		containers in prop::collection::vec((any_container(), any::<[bool; 4]>()), 1..5),
		egress in select(vec![
			Egress::None,
			Egress::Internet,
			Egress::Hosts(["example.org:443".to_owned()].into()),
		]),
	) -> Group {
		let name = |index: usize| ServedName::new(&format!("c{index}")).unwrap();
		let containers = containers.into_iter().enumerate().map(|(index, (container, on))| {
			let earlier = (0..index).filter(|earlier| on[*earlier]);
			let volumes = container.volumes.into_iter().map(|(volume, fields)| {
				// Volumes of different containers are different ones here.
				(ServedName::new(&format!("{volume}-{index}")).unwrap(), fields)
			});
			let volumes = volumes.collect();
			let depends_on = earlier.map(name).collect();
			(name(index), Container { volumes, depends_on, ..container })
		});
		Group::new(containers.collect(), egress, None).unwrap()
	}
}

fn any_work() -> impl Strategy<Value = Work> {
	prop_oneof![
		4 => any_group().prop_map(Work::Stack),
		1 => (any::<[u8; 4]>(), 0_u32..10_000, select(vec![Audit::Receipts, Audit::Planted]))
			.prop_map(|(bytes, tolerance, audit)| Work::Model(Model {
				model: cid_of(RAW_CODEC, &bytes),
				format: ModelFormat::Onnx,
				tolerance: f64::from(tolerance) / 1e4,
				probe_range: -1.0..2.5,
				audit,
			})),
		1 => any::<[u8; 4]>().prop_map(|bytes| Work::EncryptedModel {
			model: cid_of(RAW_CODEC, &bytes),
		}),
		1 => (any::<[u8; 4]>(), 1_u64..1_000).prop_map(|(bytes, size_mib)| Work::Storage(Storage {
			roots: vec![cid_of(RAW_CODEC, &bytes)],
			size_mib,
		})),
		1 => (any::<[u8; 4]>(), any_name(), 1_u32..=1_000, 1_u32..=65_536).prop_map(
			|(bytes, data, epochs, batch_samples)| Work::Learning(Learning {
				model: cid_of(RAW_CODEC, &bytes),
				data,
				training: Training {
					optimiser: Optimiser::Sgd,
					learning_rate: f64::from(epochs) / 100.0,
					epochs,
					batch_samples,
				},
			}),
		),
	]
}

prop_compose! {
	fn any_job()(
		name in any_name(),
		clauses in prop::collection::vec("!?[A-Z]{1,3}(:[A-Z]{2}|:\\*)?(\\|\\|[A-Z]{2}:[A-Z]{2})?", 0..3),
		gpu in prop::option::of(select(vec![GpuClass::Entry, GpuClass::Ultra])),
		secrets in prop::collection::btree_map(any_name(), any_text(), 0..3),
		work in any_work(),
	) -> JobSpecification {
		let tags = TagExpression::parse(clauses.iter().map(String::as_str)).unwrap();
		JobSpecification { name, tags, gpu, secrets, work }
	}
}

proptest! {
	#[test]
	fn job_should_survive_a_round_trip(job in any_job()) {
		let json = job.to_json();
		prop_assert_eq!(JobSpecification::read(json.as_bytes()).unwrap(), job.clone());
		// JSON is YAML: a comment before it makes the other parser read it.
		let yaml = format!("# A job.\n{json}");
		prop_assert_eq!(JobSpecification::read(yaml.as_bytes()).unwrap(), job);
	}

	#[test]
	fn reading_should_end_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
		prop_assert!(JobSpecification::read(&bytes).is_err());
	}

	#[test]
	fn reading_should_end_on_what_is_almost_a_job(
		at in 0_usize..1_500,
		length in 0_usize..20,
		instead in r#"[\[\]{}:,"'&*!|>#%@ \n\t\-a0]{0,6}"#,
	) {
		let text = shop();
		let (start, end) = (at.min(text.len()), (at + length).min(text.len()));
		let changed = format!("{}{instead}{}", &text[..start], &text[end..]);
		match JobSpecification::read(changed.as_bytes()) {
			Ok(job) => {
				let again = JobSpecification::read(job.to_json().as_bytes()).unwrap();
				prop_assert_eq!(again, job);
			},
			Err(error) => {
				let lines = changed.lines().count() + 1;
				prop_assert!((1..=lines).contains(&error.line), "{error}");
				prop_assert!(error.to_string().len() < 1_000);
			},
		}
	}

	#[test]
	fn containers_should_start_behind_those_that_they_depend_on(group in any_group()) {
		let order = group.start_order();
		prop_assert_eq!(order.len(), group.containers().len());
		for (index, name) in order.iter().enumerate() {
			let on = &group.containers()[name].depends_on;
			prop_assert!(on.iter().all(|on| order[..index].contains(on)));
		}
	}
}
