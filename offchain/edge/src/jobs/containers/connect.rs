// SPDX-License-Identifier: Apache-2.0

//! Finds the machine's engine.

use crate::{config::Engine, defaults::ENGINE_SOCKETS};
use r1_core::error_chain;
use r1_deeploy::container::{
	docker::{DockerEngine, Realm},
	engine::ContainerEngine,
};
use r1_primitives::NodeKey;
use std::{path::Path, sync::Arc};

/// The engine that the configuration names, for a node.
pub(super) async fn connect(
	configured: &Engine,
	node: &NodeKey,
) -> Result<Arc<dyn ContainerEngine>, NoEngine> {
	match configured {
		Engine::Off => Err(NoEngine::Off),
		Engine::At(socket) => {
			let refused =
				|reason| NoEngine::Silent { socket: socket.display().to_string(), reason };
			open(socket, node).await.map_err(refused)
		},
		Engine::Auto => {
			let mut reasons = Vec::new();
			for socket in ENGINE_SOCKETS {
				match open(Path::new(socket), node).await {
					Ok(engine) => return Ok(engine),
					Err(reason) => reasons.push(format!("{socket}: {reason}")),
				}
			}
			Err(NoEngine::Nowhere { reasons: reasons.join("; ") })
		},
	}
}

/// Why no container is run.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoEngine {
	#[error("this node runs no containers: `containers.engine` is `off`")]
	Off,
	#[error(
		"no container engine answers at {socket}, which is `containers.engine`: {reason}; start it, \
		 such as with `systemctl start podman.socket`"
	)]
	Silent { socket: String, reason: String },
	#[error(
		"no container engine answers at the usual sockets; install Podman or Docker and start its \
		 socket, or name it as `containers.engine` ({reasons})"
	)]
	Nowhere { reasons: String },
}

async fn open(socket: &Path, node: &NodeKey) -> Result<Arc<dyn ContainerEngine>, String> {
	if !socket.exists() {
		return Err("there is no such file".to_owned());
	}
	match DockerEngine::connect(socket, Realm::of_node(node)).await {
		Ok(engine) => Ok(Arc::new(engine)),
		Err(error) => Err(error_chain(&error).to_string()),
	}
}
