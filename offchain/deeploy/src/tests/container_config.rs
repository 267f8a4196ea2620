// SPDX-License-Identifier: Apache-2.0

use super::{
	job::{DIGEST, shop, small},
	*,
};
use crate::{
	container::{config::*, docker::container_body, names::*},
	job::JobSpecification,
};

fn group(text: &str) -> crate::job::Group {
	JobSpecification::read(text.as_bytes()).unwrap().group().unwrap().clone()
}

fn placed(group: &crate::job::Group) -> PlacedGroup<'_> {
	PlacedGroup { job: 7, round: 3, revision: content("shop"), group, gpu: None }
}

fn named(name: &str) -> ServedName {
	ServedName::new(name).unwrap()
}

fn secrets() -> BTreeMap<ServedName, String> {
	[(named("database"), "hunter2".to_owned())].into()
}

fn given() -> Given {
	Given {
		variables: [("R1_TOKEN".to_owned(), "token".to_owned())].into(),
		directory: Some("/data/jobs/7/given".into()),
	}
}

#[test]
#[expect(clippy::too_many_lines, reason = "the snapshot shows all that is asked for")]
fn container_should_be_denied_what_is_not_granted() {
	let group = group(&shop());
	let config = placed(&group)
		.container(
			&named("db"),
			&format!("docker.io/library/postgres@{DIGEST}"),
			&secrets(),
			&given(),
		)
		.unwrap();
	assert!(!format!("{config:?}").contains("hunter2"), "secrets are not shown");
	let mut body = serde_json::to_value(container_body(&config)).unwrap();
	body.sort_all_objects();
	let mut body = serde_json::to_string_pretty(&body).unwrap().replace(DIGEST, "sha256:…");
	body = body.replace(&content("shop").to_string(), "shop's CID");
	insta::assert_snapshot!(body, @r#"
	{
	  "Env": [
	    "POSTGRES_DB=shop",
	    "POSTGRES_PASSWORD=hunter2",
	    "R1_TOKEN=token"
	  ],
	  "ExposedPorts": {},
	  "HostConfig": {
	    "AutoRemove": false,
	    "CapDrop": [
	      "ALL"
	    ],
	    "Init": true,
	    "IpcMode": "private",
	    "LogConfig": {
	      "Config": {
	        "max-file": "3",
	        "max-size": "10000000"
	      },
	      "Type": "json-file"
	    },
	    "Memory": 536870912,
	    "MemorySwap": 536870912,
	    "Mounts": [
	      {
	        "ReadOnly": false,
	        "Source": "r1-7-data",
	        "Target": "/var/lib/postgresql/data",
	        "Type": "volume"
	      },
	      {
	        "ReadOnly": true,
	        "Source": "/data/jobs/7/given",
	        "Target": "/run/ratio1",
	        "Type": "bind"
	      }
	    ],
	    "NanoCpus": 250000000,
	    "NetworkMode": "r1-7-qv3s7mvvw4ea",
	    "PidsLimit": 256,
	    "Privileged": false,
	    "PublishAllPorts": false,
	    "ReadonlyRootfs": true,
	    "RestartPolicy": {
	      "Name": "no"
	    },
	    "SecurityOpt": [
	      "no-new-privileges"
	    ],
	    "Tmpfs": {
	      "/run": "rw,noexec,nosuid,nodev,size=67108864",
	      "/tmp": "rw,noexec,nosuid,nodev,size=67108864"
	    }
	  },
	  "Hostname": "db",
	  "Image": "docker.io/library/postgres@sha256:…",
	  "Labels": {
	    "ai.ratio1.container": "db",
	    "ai.ratio1.job": "7",
	    "ai.ratio1.revision": "shop's CID",
	    "ai.ratio1.round": "3"
	  },
	  "NetworkingConfig": {
	    "EndpointsConfig": {
	      "r1-7-qv3s7mvvw4ea": {
	        "Aliases": [
	          "db"
	        ]
	      }
	    }
	  },
	  "StopTimeout": 30
	}
	"#);
}

#[test]
fn container_should_know_its_siblings_and_have_what_the_job_pays_for() {
	let group =
		group(&shop().replace("egress: {hosts: [\"mail.example.org:465\"]}", "egress: internet"));
	let placed = PlacedGroup { gpu: Some(crate::job::GpuClass::Entry), ..placed(&group) };
	let config = placed.container(&named("web"), "image", &secrets(), &Given::default()).unwrap();
	assert_eq!(config.environment["DATABASE_URL"], "postgres://db/shop");
	assert_eq!(config.environment["MODE"], "production");
	assert_eq!(config.memory_bytes(), 256 << 20);
	assert!(config.has_gpu && config.is_published);
	assert!(config.hidden.0.is_empty(), "it asked for no secret");
	let body = container_body(&config);
	let host = body.host_config.unwrap();
	assert_eq!(host.device_requests.unwrap().len(), 1);
	let ports = host.port_bindings.unwrap();
	let binding = &ports["8080/tcp"].as_ref().unwrap()[0];
	assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"));
	assert!(!placed.network().is_internal);
}

#[test]
fn networks_should_lead_out_only_when_the_job_says_so() {
	for (egress, is_internal) in [
		("", true),
		("egress: none\n", true),
		("egress: {hosts: [\"a.b:1\"]}\n", true),
		("egress: internet\n", false),
	] {
		let group = group(&small(egress));
		assert_eq!(placed(&group).network().is_internal, is_internal, "{egress}");
		let config = placed(&group).container(&named("web"), "image", &secrets(), &given());
		assert_eq!(config.unwrap().is_published, !is_internal, "{egress}");
	}
}

#[test]
fn container_should_not_be_made_without_its_secrets() {
	let group = group(&shop());
	let placed = placed(&group);
	let without = placed.container(&named("db"), "image", &BTreeMap::new(), &Given::default());
	assert_eq!(without, Err(ConfigError::NoSecret { secret: named("database") }));
	let unknown = placed.container(&named("cache"), "image", &secrets(), &Given::default());
	assert_eq!(unknown, Err(ConfigError::NoContainer { name: named("cache") }));
}

#[test]
fn what_belongs_to_a_job_should_be_found_by_its_labels() {
	let instance = Instance { job: 7, revision: content("shop"), container: named("web") };
	assert_eq!(Instance::of_labels(&instance.labels(3)), Some(instance.clone()));
	let network = instance.network();
	assert_eq!(NetworkOf::of_labels(&network.labels()), Some(network));
	assert_eq!(NetworkOf::of_labels(&instance.labels(3)), Some(network));
	let volume = VolumeOf { job: 7, volume: named("data") };
	assert_eq!(VolumeOf::of_labels(&volume.labels(1)), Some(volume.clone()));
	assert_eq!(Instance::of_labels(&volume.labels(1)), None);
	assert_eq!(Instance::of_labels(&BTreeMap::new()), None);
	let group = group(&shop());
	let volumes = placed(&group).volumes();
	assert_eq!(volumes.len(), 1);
	assert_eq!((volumes[0].name.as_str(), volumes[0].size_bytes), ("r1-7-data", 1 << 30));
}
