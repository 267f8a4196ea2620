// SPDX-License-Identifier: Apache-2.0

//! From configurations to bodies of requests. Pure, so that a test shows all that is asked for.

use crate::{
	container::config::{
		ContainerConfig, GIVEN_PATH, LOG_FILE_BYTES_MAX, LOG_FILES_MAX, NetworkConfig,
		SCRATCH_BYTES, SCRATCH_PATHS, VolumeConfig,
	},
	job::{Port, Protocol},
};
use bollard::models::{
	ContainerCreateBody, DeviceRequest, EndpointSettings, HostConfig, HostConfigLogConfig, Mount,
	MountType, NetworkCreateRequest, NetworkingConfig, PortBinding, PortMap, RestartPolicy,
	RestartPolicyNameEnum, VolumeCreateRequest,
};
use std::collections::HashMap;

/// What makes a container. Nothing is granted that the configuration does not name.
pub(crate) fn container_body(config: &ContainerConfig) -> ContainerCreateBody {
	let variables = config.environment.iter().chain(&config.hidden.0);
	let endpoint =
		EndpointSettings { aliases: Some(vec![config.alias.to_string()]), ..Default::default() };
	let networking =
		NetworkingConfig { endpoints_config: Some([(config.network.clone(), endpoint)].into()) };
	ContainerCreateBody {
		image: Some(config.image.clone()),
		entrypoint: (!config.command.is_empty()).then(|| config.command.clone()),
		cmd: (!config.arguments.is_empty()).then(|| config.arguments.clone()),
		env: Some(variables.map(|(name, value)| format!("{name}={value}")).collect()),
		hostname: Some(config.alias.to_string()),
		labels: Some(config.labels.clone().into_iter().collect()),
		exposed_ports: Some(config.ports.iter().map(port_text).collect()),
		stop_timeout: Some(signed(config.stop_secs)),
		host_config: Some(host_config(config)),
		networking_config: Some(networking),
		..Default::default()
	}
}

fn host_config(config: &ContainerConfig) -> HostConfig {
	let memory = signed(config.memory_bytes());
	HostConfig {
		// What it may take.
		memory: Some(memory),
		// Memory and swap together: so there is no swap.
		memory_swap: Some(memory),
		nano_cpus: Some(signed(config.resources.cpu_millis.saturating_mul(1_000_000))),
		pids_limit: Some(signed(config.resources.pids)),
		device_requests: config.has_gpu.then(|| vec![gpu()]),
		// What it may do. The engine's own seccomp profile holds where none is named.
		privileged: Some(false),
		cap_drop: Some(vec!["ALL".to_owned()]),
		security_opt: Some(vec!["no-new-privileges".to_owned()]),
		readonly_rootfs: Some(true),
		// What it sees.
		network_mode: Some(config.network.clone()),
		ipc_mode: Some("private".to_owned()),
		mounts: Some(mounts(config)),
		tmpfs: Some(scratch()),
		port_bindings: config.is_published.then(|| port_bindings(config)),
		publish_all_ports: Some(false),
		// What becomes of it. A first process that reaps and passes signals on comes from the engine.
		init: Some(true),
		auto_remove: Some(false),
		restart_policy: Some(RestartPolicy {
			name: Some(RestartPolicyNameEnum::NO),
			maximum_retry_count: None,
		}),
		log_config: Some(log_config()),
		..Default::default()
	}
}

/// What makes a network.
pub(super) fn network_body(config: &NetworkConfig) -> NetworkCreateRequest {
	NetworkCreateRequest {
		name: config.name.clone(),
		driver: Some("bridge".to_owned()),
		internal: Some(config.is_internal),
		attachable: Some(false),
		labels: Some(config.labels.clone().into_iter().collect()),
		..Default::default()
	}
}

/// What makes a volume.
pub(super) fn volume_body(config: &VolumeConfig) -> VolumeCreateRequest {
	VolumeCreateRequest {
		name: Some(config.name.clone()),
		driver: Some("local".to_owned()),
		labels: Some(config.labels.clone().into_iter().collect()),
		..Default::default()
	}
}

fn mounts(config: &ContainerConfig) -> Vec<Mount> {
	let given = config.directory.iter().map(|directory| Mount {
		typ: Some(MountType::BIND),
		source: Some(directory.display().to_string()),
		target: Some(GIVEN_PATH.to_owned()),
		read_only: Some(true),
		..Default::default()
	});
	config.mounts.iter().map(mount).chain(given).collect()
}

fn mount(mount: &crate::container::config::Mount) -> Mount {
	Mount {
		typ: Some(MountType::VOLUME),
		source: Some(mount.volume.clone()),
		target: Some(mount.path.clone()),
		read_only: Some(mount.is_read_only),
		..Default::default()
	}
}

fn scratch() -> HashMap<String, String> {
	let options = format!("rw,noexec,nosuid,nodev,size={SCRATCH_BYTES}");
	SCRATCH_PATHS.iter().map(|path| ((*path).to_owned(), options.clone())).collect()
}

/// Any free port of the loopback for each port.
fn port_bindings(config: &ContainerConfig) -> PortMap {
	let binding =
		PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
	config
		.ports
		.iter()
		.map(|port| (port_text(port), Some(vec![binding.clone()])))
		.collect()
}

fn port_text(port: &Port) -> String {
	let protocol = match port.protocol {
		Protocol::Http | Protocol::Tcp => "tcp",
		Protocol::Udp => "udp",
	};
	format!("{}/{protocol}", port.number)
}

fn log_config() -> HostConfigLogConfig {
	let config = [
		("max-size".to_owned(), LOG_FILE_BYTES_MAX.to_string()),
		("max-file".to_owned(), LOG_FILES_MAX.to_string()),
	];
	HostConfigLogConfig { typ: Some("json-file".to_owned()), config: Some(config.into()) }
}

fn gpu() -> DeviceRequest {
	DeviceRequest {
		driver: Some("nvidia".to_owned()),
		count: Some(1),
		capabilities: Some(vec![vec!["gpu".to_owned()]]),
		..Default::default()
	}
}

fn signed(number: u64) -> i64 {
	i64::try_from(number).unwrap_or(i64::MAX)
}
