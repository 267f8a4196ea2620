// SPDX-License-Identifier: Apache-2.0

//! What an instance of a job is given: a token of its own, and the secrets that its owner sealed.
//!
//! ```text
//!  jobs/<number>/token            the token, renewed before it ends
//!  jobs/<number>/given/token      the same, for all users of the job's containers
//!  jobs/<number>/environment      NAME=value lines, for the engine that starts the instance
//!  jobs/<number>/secrets/<name>   a secret of the job's specification, opened
//! ```
//!
//! The token is for the job's part of the store and of the files, and for nothing else; whoever
//! steals it from an instance has no more than the instance had, and for an hour. The environment
//! holds the token of the moment when the instance starts, and says where newer ones are.

use crate::dauth::Dauth;
use anyhow::Context as _;
use cid::Cid;
use r1_core::Account;
use r1_dauth::{Grant, Right, Subject};
use r1_deeploy::specification::SecretName;
use r1_primitives::JobId;
use std::{
	collections::BTreeMap,
	fs::{self, DirBuilder, OpenOptions, Permissions},
	io::{self, ErrorKind, Write as _},
	os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
	path::{Path, PathBuf},
};
use tracing::warn;

/// How long a token lives, in seconds: an hour.
const TOKEN_SECS: u64 = 3_600;

/// When it is renewed, in seconds before it ends: an instance reads its file twice in that time at
/// least, if it does so every quarter of an hour.
const RENEWED_BEFORE_SECS: u64 = 1_800;

/// Nobody but the daemon's user looks into these directories and files.
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// The processes of a container have any user, so what containers are given is for all of them. It
/// lies below a directory that only the daemon's user may enter.
const GIVEN_DIRECTORY_MODE: u32 = 0o755;
const GIVEN_FILE_MODE: u32 = 0o644;

/// What the token's file is called.
pub(super) const TOKEN_FILE: &str = "token";

/// What containers of a job are given, in the directory of the daemon's data.
pub(super) fn given_directory(data_dir: &Path, job: JobId) -> PathBuf {
	data_dir.join("jobs").join(job.to_string()).join("given")
}

/// The tokens of the jobs that run here.
#[derive(Debug)]
pub(crate) struct Credentials {
	directory: PathBuf,
	dauth: Dauth,
	/// Where instances ask.
	api_url: String,
	given: BTreeMap<JobId, Given>,
}

/// What a job of this node is, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
	/// Whose secrets it may have.
	pub(super) owner: Account,
	/// Its specification and that one's secrets, once they are here.
	pub(super) secrets: Option<(Cid, &'a BTreeMap<SecretName, String>)>,
}

/// What a job has.
#[derive(Debug, Default)]
struct Given {
	/// When its token ends, in Unix seconds.
	ends_at_secs: u64,
	/// The specification whose secrets it has.
	secrets_of: Option<Cid>,
}

impl Credentials {
	/// In a directory of their own, which is made when there is a job.
	pub(crate) fn new(data_dir: &Path, dauth: Dauth, api_url: String) -> Self {
		Self { directory: data_dir.join("jobs"), dauth, api_url, given: BTreeMap::new() }
	}

	/// Gives each job of this node a token that is good for a while, and its secrets, and takes away
	/// those of all others; says of each job that does not have everything why not.
	///
	/// What was done counts, and the next time does the rest.
	pub(super) fn reconcile(
		&mut self,
		jobs: &BTreeMap<JobId, Placed<'_>>,
		now_secs: u64,
	) -> BTreeMap<JobId, String> {
		self.given.retain(|job, _| jobs.contains_key(job));
		if let Err(error) = self.remove_others(jobs) {
			let directory = self.directory.display().to_string();
			warn!(target: "r1::edge", %error, directory, "could not remove what jobs had");
		}
		let failed = jobs.iter().filter_map(|(job, placed)| {
			let error = self.give(*job, placed, now_secs).err()?;
			Some((*job, format!("{error:#}")))
		});
		failed.collect()
	}

	fn give(&mut self, job: JobId, placed: &Placed<'_>, now_secs: u64) -> anyhow::Result<()> {
		let given = self.given.entry(job).or_default();
		let (ends_at_secs, secrets_of) = (given.ends_at_secs, given.secrets_of);
		if ends_at_secs.saturating_sub(RENEWED_BEFORE_SECS) <= now_secs {
			self.give_token(job, now_secs)?;
		}
		match placed.secrets {
			Some((specification, secrets)) if secrets_of != Some(specification) => {
				self.give_secrets(job, &placed.owner, secrets)?;
				self.given.entry(job).or_default().secrets_of = Some(specification);
			},
			_ => {},
		}
		Ok(())
	}

	/// Opens all secrets of a job before one is written: an instance gets them together.
	fn give_secrets(
		&self,
		job: JobId,
		owner: &Account,
		secrets: &BTreeMap<SecretName, String>,
	) -> anyhow::Result<()> {
		let opened = secrets
			.iter()
			.map(|(name, sealed)| {
				let opened = self.dauth.open_secret(sealed, owner);
				Ok((name, opened.with_context(|| format!("secret `{name}`"))?))
			})
			.collect::<anyhow::Result<Vec<_>>>()?;
		let directory = self.directory.join(job.to_string()).join("secrets");
		let write_all = || {
			match fs::remove_dir_all(&directory) {
				Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
				_ => {},
			}
			if opened.is_empty() {
				return Ok(());
			}
			make_directory(&directory)?;
			opened.iter().try_for_each(|(name, opened)| {
				write(&directory.join(name.as_str()), &opened.secret)
			})
		};
		write_all().with_context(|| format!("could not write into {}", directory.display()))
	}

	fn give_token(&mut self, job: JobId, now_secs: u64) -> anyhow::Result<()> {
		let expires_at_secs = now_secs.saturating_add(TOKEN_SECS);
		let rights = Right::of_job(job);
		let grant = Grant { subject: Subject::Job(job), rights, expires_at_secs };
		let token = self.dauth.mint(&grant, now_secs)?;
		let directory = self.directory.join(job.to_string());
		let file = directory.join(TOKEN_FILE);
		let given = directory.join("given");
		let environment = format!(
			"R1_JOB={job}\nR1_API_URL={}\nR1_TOKEN={token}\nR1_TOKEN_FILE={}\n",
			self.api_url,
			file.display()
		);
		make_directory(&directory)
			.and_then(|()| write(&file, token.as_bytes()))
			.and_then(|()| write(&directory.join("environment"), environment.as_bytes()))
			.and_then(|()| make_directory(&given))
			.and_then(|()| set_mode(&given, GIVEN_DIRECTORY_MODE))
			.and_then(|()| write_as(&given.join(TOKEN_FILE), token.as_bytes(), GIVEN_FILE_MODE))
			.with_context(|| format!("could not write into {}", directory.display()))?;
		self.given.entry(job).or_default().ends_at_secs = expires_at_secs;
		Ok(())
	}

	/// Removes the directories of jobs that do not run here, those of an earlier start too.
	fn remove_others(&self, jobs: &BTreeMap<JobId, Placed<'_>>) -> io::Result<()> {
		let entries = match fs::read_dir(&self.directory) {
			Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
			entries => entries?,
		};
		for entry in entries {
			let entry = entry?;
			let job = entry.file_name().to_str().and_then(|name| name.parse().ok());
			// What has another name is not ours.
			if job.is_some_and(|job: JobId| !jobs.contains_key(&job)) {
				fs::remove_dir_all(entry.path())?;
			}
		}
		Ok(())
	}
}

/// Makes a directory, and those that it is in.
fn make_directory(path: &Path) -> io::Result<()> {
	DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path)
}

/// Writes a file that is there in full or not at all.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
	write_as(path, bytes, FILE_MODE)
}

fn write_as(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
	let new = path.with_extension("new");
	let mut options = OpenOptions::new();
	options.create(true).write(true).truncate(true).mode(mode);
	options.open(&new)?.write_all(bytes)?;
	set_mode(&new, mode)?;
	fs::rename(new, path)
}

/// Sets the mode itself: a mask of the process may have taken something from it.
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
	fs::set_permissions(path, Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::world::{JOB, OTHER_JOB, Options, World, until};
	use r1_core::Clock as _;
	use r1_dauth::{Ask, Scope, Service, Verb};

	#[tokio::test(flavor = "multi_thread")]
	async fn instance_should_get_a_token_for_its_own_job_and_lose_it_with_the_job() {
		let world = World::of(1);
		let daemon = world.start(1, Options::default()).await;
		let file = |job: JobId, name: &str| daemon.file(&format!("jobs/{job}/{name}"));
		until("both jobs have files", async || {
			[JOB, OTHER_JOB].iter().all(|job| file(*job, "environment").exists())
		})
		.await;
		let token = fs::read_to_string(file(JOB, "token")).unwrap();
		let environment = fs::read_to_string(file(JOB, "environment")).unwrap();
		assert!(environment.contains(&format!("R1_JOB={JOB}\n")), "{environment}");
		assert!(environment.contains(&format!("R1_TOKEN={token}\n")), "{environment}");
		for name in ["token", "environment"] {
			let mode = fs::metadata(file(JOB, name)).unwrap().permissions().mode();
			assert_eq!(mode & 0o777, FILE_MODE, "{name}");
		}

		let now_secs = daemon.shared.clock.now_secs();
		let may = |service, scope: Scope| {
			let trust = crate::dauth::Trust::Nobody;
			Verb::ALL.iter().all(|verb| {
				let ask = Ask { service, verb: *verb, scope: scope.clone() };
				daemon.shared.dauth.authorise(Some(&token), trust, &ask, now_secs).is_ok()
			})
		};
		for service in Service::ALL {
			let is_its_own = matches!(service, Service::Store | Service::Files);
			assert_eq!(may(service, Scope::of_job(JOB)), is_its_own, "{service:?}");
			assert!(!may(service, Scope::of_job(OTHER_JOB)), "{service:?}");
			assert!(!may(service, Scope::whole()), "{service:?}");
		}

		world.change(|state| {
			state.jobs.remove(&JOB);
		});
		until("the job's files are gone", async || !file(JOB, "token").exists()).await;
		assert!(file(OTHER_JOB, "token").exists());
		assert!(!may(Service::Store, Scope::of_job(JOB)), "nor is the token good any more");
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn token_should_be_renewed_before_it_ends_and_not_sooner() {
		let world = World::of(1);
		let daemon = world.start(1, Options::default()).await;
		let directory = tempfile::tempdir().unwrap();
		let dauth = daemon.shared.dauth.clone();
		let mut credentials = Credentials::new(directory.path(), dauth, "http://here".to_owned());
		let path = directory.path().join("jobs/7/token");
		let mut token_at = |now_secs| {
			let placed = Placed { owner: [1; 32], secrets: None };
			assert_eq!(credentials.reconcile(&[(JOB, placed)].into(), now_secs), BTreeMap::new());
			fs::read_to_string(&path).unwrap()
		};
		let now_secs = daemon.shared.clock.now_secs();
		let first = token_at(now_secs);
		assert_eq!(token_at(now_secs + TOKEN_SECS - RENEWED_BEFORE_SECS - 1), first);
		assert_ne!(token_at(now_secs + TOKEN_SECS - RENEWED_BEFORE_SECS), first);
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn secret_should_be_given_to_jobs_of_its_owner_on_nodes_that_it_is_sealed_for() {
		let world = World::of(2);
		let [here, there] =
			[world.start(1, Options::default()).await, world.start(2, Options::default()).await];
		let owner = [1; 32];
		let name: SecretName = SecretName::new("database").unwrap();
		let recipient = |daemon: &crate::world::Daemon| {
			let key = fs::read_to_string(daemon.file("sealing.key")).unwrap();
			r1_dauth::SealingKey::from_text(&key).unwrap().recipient()
		};
		let sealed_for = |daemon| {
			let secret = b"hunter2".to_vec();
			let secret = r1_dauth::SealedSecret { owner, name: name.to_string(), secret };
			let sealed = r1_dauth::seal(&secret, &[recipient(daemon)]).unwrap();
			BTreeMap::from([(name.clone(), sealed)])
		};
		let directory = tempfile::tempdir().unwrap();
		let file = directory.path().join("jobs/7/secrets/database");
		let mut credentials =
			Credentials::new(directory.path(), here.shared.dauth.clone(), "http://here".to_owned());
		let now_secs = here.shared.clock.now_secs();
		let mut give = |number: u8, owner, secrets: &BTreeMap<SecretName, String>| {
			let specification = r1_core::cid_of(r1_core::RAW_CODEC, &[number]);
			let placed = Placed { owner, secrets: Some((specification, secrets)) };
			credentials.reconcile(&[(JOB, placed)].into(), now_secs).remove(&JOB)
		};

		let elsewhere = give(1, owner, &sealed_for(&there)).unwrap();
		assert!(
			elsewhere.contains("`database`: the secret is not sealed for this node"),
			"{elsewhere}"
		);
		let of_another = give(2, [2; 32], &sealed_for(&here)).unwrap();
		assert!(of_another.contains("belongs to another account"), "{of_another}");
		assert!(!file.exists());
		assert_eq!(give(3, owner, &sealed_for(&here)), None);
		assert_eq!(fs::read(&file).unwrap(), b"hunter2");
		assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, FILE_MODE);
		// A specification without it takes it away.
		assert_eq!(give(4, owner, &BTreeMap::new()), None);
		assert!(!file.exists());
	}
}
