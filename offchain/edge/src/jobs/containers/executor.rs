// SPDX-License-Identifier: Apache-2.0

//! Carries out one step on the engine.

use super::{Places, inventory::reference_of};
use crate::{
	dauth::Dauth,
	defaults::INSIDE_PORT,
	http::{SDK_CSTORE, SDK_FILES},
	jobs::{Failure, credentials},
};
use r1_core::{Account, ChainState, error_chain};
use r1_deeploy::{
	container::{
		Ledger,
		config::{GIVEN_PATH, Given, PlacedGroup},
		docker::ARCHIVE_BYTES_MAX,
		engine::{ContainerEngine, EngineError},
		names::{Instance, VolumeOf},
		plan::{Desired, Revision, Step},
	},
	job::{Image, limits::STOP_SECS_DEFAULT},
	specification::SecretName,
};
use r1_primitives::{JobId, PlacementRound};
use r1fs::{Files, SaveError};
use std::{collections::BTreeMap, fs, io::ErrorKind, net::SocketAddr, sync::Arc};
use tokio::sync::Mutex;

/// One archive at a time is taken in: each is held in memory meanwhile, and two with one name would
/// pass for each other.
static LOADING: Mutex<()> = Mutex::const_new(());

/// What steps are carried out with.
pub(super) struct Executor {
	pub(super) engine: Arc<dyn ContainerEngine>,
	pub(super) files: Files,
	pub(super) dauth: Dauth,
	pub(super) places: Places,
}

/// What a step is about, as it was when it began.
#[derive(Debug, Default)]
pub(super) struct Order {
	/// The specification, and who ordered it.
	of: Option<(Revision, Account, PlacementRound)>,
	/// What the engine calls the images that are here.
	references: BTreeMap<Image, String>,
}

/// An image that was got.
#[derive(Debug)]
pub(super) struct Got {
	pub(super) image: Image,
	pub(super) reference: String,
}

impl Order {
	/// What a step is about.
	pub(super) fn of(step: &Step, state: &ChainState, desired: &Desired, ledger: &Ledger) -> Self {
		let job = step.job().and_then(|job| state.jobs.get(&job));
		let revision = match step {
			Step::CreateVolume { volume } => {
				let wanted = desired.jobs.get(&volume.job);
				let mut revisions = wanted
					.into_iter()
					.flat_map(|it| std::iter::once(&it.current).chain(&it.previous));
				revisions.find(|it| it.group.volumes().contains_key(&volume.volume))
			},
			step => step.revision().and_then(|of| desired.revision(&of)),
		};
		let of = revision.cloned().zip(job).map(|(it, job)| (it, job.owner, job.round));
		let mut references: BTreeMap<_, _> = desired
			.images()
			.into_iter()
			.filter_map(|image| Some((image.clone(), reference_of(image, ledger)?)))
			.collect();
		references.extend(ledger.images().clone());
		Self { of, references }
	}
}

impl Executor {
	/// Carries out a step; comes back with the image, if it got one.
	pub(super) async fn execute(&self, step: &Step, order: Order) -> Result<Option<Got>, Failure> {
		let engine = &*self.engine;
		let done = match step {
			Step::Pull { image, .. } => return self.pull(image).await.map(Some),
			Step::CreateNetwork { network } => {
				let (revision, _, round) = order.revision()?;
				let placed = placed(network.job, *round, revision);
				engine.create_network(&placed.network()).await
			},
			Step::CreateVolume { volume } => return self.create_volume(volume, &order).await,
			Step::Create { instance } => return self.create(instance, &order).await.map(|()| None),
			Step::Start { instance } => engine.start(&instance.to_string()).await,
			Step::Stop { instance, .. } => {
				let container = |(revision, ..): &(Revision, Account, PlacementRound)| {
					Some(revision.group.containers().get(&instance.container)?.stop_secs)
				};
				let secs = order.of.as_ref().and_then(container).unwrap_or(STOP_SECS_DEFAULT);
				engine.stop(&instance.to_string(), secs).await
			},
			Step::Remove { instance } => engine.remove(&instance.to_string()).await,
			Step::RemoveNetwork { network } => engine.remove_network(&network.to_string()).await,
			Step::RemoveVolume { volume } => engine.remove_volume(&volume.to_string()).await,
			Step::RemoveImage { image } => match order.references.get(image) {
				Some(reference) => engine.remove_image(reference).await,
				None => Ok(()),
			},
		};
		done.map(|()| None).map_err(|error| failed(&error))
	}

	async fn pull(&self, image: &Image) -> Result<Got, Failure> {
		let reference = match image {
			Image::Registry { .. } => {
				self.engine.pull(image).await.map_err(|error| failed(&error))?;
				image.to_string()
			},
			Image::Archive { cid } => self.load(image, &cid.to_string(), cid).await?,
			Image::Layout { .. } => {
				return Err(Failure::permanent(format!(
					"{image}: directories cannot be run from yet; add the image as one file, and name \
					 it as `oci-archive:<cid>`"
				)));
			},
		};
		Ok(Got { image: image.clone(), reference })
	}

	/// Takes an image in that is a file of the content store.
	async fn load(&self, image: &Image, name: &str, cid: &cid::Cid) -> Result<String, Failure> {
		let _turn = LOADING.lock().await;
		let archive = self.places.archive(name).map_err(|error| Failure::new(&error, true))?;
		// What is left of a turn that was cut off.
		match fs::remove_file(&archive) {
			Err(error) if error.kind() != ErrorKind::NotFound => {
				return Err(Failure::new(&error, true));
			},
			_ => {},
		}
		let files = self.files.clone().with_file_bytes_max(ARCHIVE_BYTES_MAX);
		let saved = files.save(cid, &archive).await;
		saved.map_err(|error| Failure::new(&error, is_transient(&error)))?;
		let loaded = self.engine.load(image, &archive).await;
		drop(fs::remove_file(&archive));
		loaded.map_err(|error| Failure {
			reason: format!("{image}: {}", error_chain(&error)),
			..failed(&error)
		})
	}

	async fn create_volume(
		&self,
		volume: &VolumeOf,
		order: &Order,
	) -> Result<Option<Got>, Failure> {
		let (revision, _, round) = order.revision()?;
		let name = volume.to_string();
		let configs = placed(volume.job, *round, revision).volumes();
		let config = configs.iter().find(|config| config.name == name);
		let config =
			config.ok_or_else(|| Failure::transient("the volume is not wanted any more"))?;
		self.engine
			.create_volume(config)
			.await
			.map(|()| None)
			.map_err(|error| failed(&error))
	}

	async fn create(&self, instance: &Instance, order: &Order) -> Result<(), Failure> {
		let (revision, owner, round) = order.revision()?;
		let gone = || Failure::transient("the container is not wanted any more");
		let container = revision.group.containers().get(&instance.container).ok_or_else(gone)?;
		let reference = order.references.get(&container.image);
		let reference = reference.ok_or_else(|| Failure::transient("the image is not here yet"))?;
		let secrets = self.secrets(revision, owner)?;
		let given = self.given(instance).await?;
		let placed = placed(instance.job, *round, revision);
		let config = placed
			.container(&instance.container, reference, &secrets, &given)
			.map_err(|error| Failure::new(&error, false))?;
		self.engine.create(&config).await.map_err(|error| failed(&error))
	}

	/// Opens the secrets of a specification.
	fn secrets(
		&self,
		revision: &Revision,
		owner: &Account,
	) -> Result<BTreeMap<SecretName, String>, Failure> {
		let open = |(name, sealed): (&SecretName, &String)| {
			// The owner may seal it anew for this node, in another specification.
			let opened = self.dauth.open_secret(sealed, owner).map_err(|error| {
				Failure::transient(format!("secret `{name}`: {}", error_chain(&error)))
			})?;
			let text = String::from_utf8(opened.secret).map_err(|_| {
				Failure::permanent(format!("secret `{name}` is no text, as variables are"))
			})?;
			Ok((name.clone(), text))
		};
		revision.job.secrets.iter().map(open).collect()
	}

	/// What the node gives to a container.
	async fn given(&self, instance: &Instance) -> Result<Given, Failure> {
		let directory = self.places.given(instance.job);
		let token = tokio::fs::read_to_string(directory.join(credentials::TOKEN_FILE)).await;
		let token = token.map_err(|_| Failure::transient("the job has no token yet"))?;
		let network = instance.network().to_string();
		let gateway = self.engine.gateway(&network).await.map_err(|error| failed(&error))?;
		let gateway = gateway.ok_or_else(|| {
			Failure::transient(format!("network {network} has no address of this machine"))
		})?;
		let api = SocketAddr::new(gateway, INSIDE_PORT);
		let sdk_url = |path| format!("http://{api}{path}/token/{token}");
		let variables = [
			("R1_JOB", instance.job.to_string()),
			("R1_API_URL", format!("http://{api}")),
			// Ratio1's SDKs look for these, and know no tokens.
			("EE_CHAINSTORE_API_URL", sdk_url(SDK_CSTORE)),
			("CSTORE_API_URL", sdk_url(SDK_CSTORE)),
			("EE_R1FS_API_URL", sdk_url(SDK_FILES)),
			("R1FS_API_URL", sdk_url(SDK_FILES)),
			("R1_TOKEN", token),
			("R1_TOKEN_FILE", format!("{GIVEN_PATH}/{}", credentials::TOKEN_FILE)),
		];
		let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
		Ok(Given { variables, directory: Some(directory) })
	}
}

impl Order {
	fn revision(&self) -> Result<&(Revision, Account, PlacementRound), Failure> {
		self.of
			.as_ref()
			.ok_or_else(|| Failure::transient("the job is not here any more"))
	}
}

fn placed(job: JobId, round: PlacementRound, revision: &Revision) -> PlacedGroup<'_> {
	let Revision { cid, job: specification, group } = revision;
	PlacedGroup { job, round, revision: *cid, group, gpu: specification.gpu }
}

fn failed(error: &EngineError) -> Failure {
	Failure::new(error, error.is_transient())
}

/// Whether a file may be had another time.
fn is_transient(error: &SaveError) -> bool {
	match error {
		SaveError::File(error) => !error.is_content_fault(),
		SaveError::Disk { .. } => true,
		SaveError::Directory(_) => true,
		_ => false,
	}
}
