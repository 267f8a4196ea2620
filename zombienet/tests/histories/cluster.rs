// SPDX-License-Identifier: Apache-2.0

//! Five replicas, each a process on a machine of its own.

use super::schedule::{Fault, REPLICAS};
use anyhow::{Context, Result, bail, ensure};
use networks::{
	Machine, Side,
	replica::{Answer, Conduct, Contents, Question, ask},
};
use r1_core::{Clock as _, SystemClock};
use std::{
	collections::BTreeMap,
	fs::{self, File},
	os::unix::net::UnixStream,
	path::{Path, PathBuf},
	process::{Child, Stdio},
	time::Duration,
};

/// How long anybody waits for an answer: longer than a replica for others and for its disk.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a replica waits for others before it answers, in milliseconds: whoever waits for long does
/// little.
const PATIENCE_MS: u64 = 1_000;

/// How long after they have disks replicas are named to agree on keys, in milliseconds. A memory
/// counts that is 60 s older than that; so whoever loses his disk 2 s later does not vote any more.
const NAMED_AFTER_MS: u64 = 62_000;

/// The processes, and the disks that they leave.
pub(super) struct Cluster {
	seed: u64,
	folder: PathBuf,
	named_at_ms: u64,
	machines: BTreeMap<u8, Machine>,
	running: BTreeMap<u8, Child>,
	conducts: BTreeMap<u8, Conduct>,
	/// Starts so far: each loses other messages.
	starts: u64,
}

impl Cluster {
	/// Starts all of them in a folder: once for their disks, and again as those that are named.
	pub(super) fn start(seed: u64, folder: &Path) -> Result<Self> {
		let machines = (1..=REPLICAS).map(|number| anyhow::Ok((number, Machine::plug_in(number)?)));
		let lossy = Conduct { is_lossy: true, ..Conduct::default() };
		let mut cluster = Self {
			seed,
			folder: folder.to_owned(),
			named_at_ms: 0,
			machines: machines.collect::<Result<_>>()?,
			running: BTreeMap::new(),
			conducts: (1..=REPLICAS).map(|number| (number, lossy)).collect(),
			starts: 0,
		};
		(1..=REPLICAS).try_for_each(|number| cluster.start_one(number))?;
		(1..=REPLICAS).try_for_each(|number| cluster.tell(number))?;
		cluster.named_at_ms = SystemClock::new().now_ms() + NAMED_AFTER_MS;
		cluster.restart()?;
		Ok(cluster)
	}

	/// Where clients reach each replica.
	pub(super) fn sockets(&self) -> Vec<PathBuf> {
		(1..=REPLICAS).map(|number| self.file(number, "socket")).collect()
	}

	/// Lets something go wrong, or well again.
	pub(super) fn suffer(&mut self, fault: &Fault) -> Result<()> {
		match fault {
			Fault::Part(sides) => self.plug(sides),
			Fault::Join => self.plug(&[Side::Near; REPLICAS as usize]),
			Fault::Kill(number) => self.kill(*number),
			Fault::KillWithDisk(number) => {
				self.kill(*number)?;
				let disk = self.file(*number, "disk");
				fs::remove_dir_all(&disk)
					.with_context(|| format!("could not remove {}", disk.display()))
			},
			Fault::Start(number) => self.start_one(*number),
			Fault::SetClock { replica, ahead_ms } => {
				let conduct = self.conducts.entry(*replica).or_default();
				conduct.ahead_ms = *ahead_ms;
				self.tell(*replica)
			},
		}
	}

	/// Kills all of them at one moment, and starts them again.
	pub(super) fn restart(&mut self) -> Result<()> {
		let running: Vec<u8> = self.running.keys().copied().collect();
		running.iter().try_for_each(|number| self.kill(*number))?;
		(1..=REPLICAS).try_for_each(|number| self.start_one(number))
	}

	/// Ends all that goes wrong; clocks stay as they are.
	pub(super) fn calm(&mut self) -> Result<()> {
		self.suffer(&Fault::Join)?;
		for number in 1..=REPLICAS {
			self.conducts.entry(number).or_default().is_lossy = false;
			self.tell(number)?;
		}
		Ok(())
	}

	/// What each replica holds.
	pub(super) fn contents(&self) -> Result<Vec<Contents>> {
		self.sockets()
			.iter()
			.map(|socket| match ask(&mut connect(socket)?, &Question::Contents)? {
				Answer::Contents(contents) => Ok(contents),
				other => bail!("{} answered {other:?}", socket.display()),
			})
			.collect()
	}

	fn file(&self, number: u8, name: &str) -> PathBuf {
		self.folder.join(format!("{number}-{name}"))
	}

	fn plug(&self, sides: &[Side]) -> Result<()> {
		self.machines
			.values()
			.zip(sides)
			.try_for_each(|(machine, side)| machine.plug_into(*side))
	}

	fn start_one(&mut self, number: u8) -> Result<()> {
		self.starts += 1;
		let machine = self.machines.get(&number).context("each replica has a machine")?;
		let conduct = self.conducts.get(&number).copied().unwrap_or_default();
		let log = File::options().create(true).append(true).open(self.file(number, "log"))?;
		// It ends with this program, however that ends.
		let mut command = machine.command(Path::new("setpriv"));
		command
			.args(["--pdeathsig", "KILL", "--", env!("CARGO_BIN_EXE_r1-replica")])
			.args(["--number", &number.to_string(), "--replicas", &REPLICAS.to_string()])
			.args(["--named-at-ms", &self.named_at_ms.to_string()])
			.args(["--ahead-ms", &conduct.ahead_ms.to_string()])
			.args(["--patience-ms", &PATIENCE_MS.to_string()])
			.args(["--seed", &(self.seed << 16 | self.starts).to_string()])
			.arg("--folder")
			.arg(self.file(number, "disk"))
			.arg("--socket")
			.arg(self.file(number, "socket"))
			.stdin(Stdio::null())
			.stdout(log.try_clone()?)
			.stderr(log);
		if conduct.is_lossy {
			command.arg("--lossy");
		}
		let process = command.spawn().context("could not start a replica")?;
		ensure!(self.running.insert(number, process).is_none(), "replica {number} runs already");
		Ok(())
	}

	/// With no warning, as a power cut would.
	fn kill(&mut self, number: u8) -> Result<()> {
		let mut process = self.running.remove(&number).context("whoever is killed runs")?;
		let ended = process.try_wait()?;
		ensure!(ended.is_none(), "replica {number} has ended by itself: {ended:?}");
		process.kill()?;
		process.wait()?;
		Ok(())
	}

	/// Tells a replica how it behaves, once it is there.
	fn tell(&self, number: u8) -> Result<()> {
		let conduct = self.conducts.get(&number).copied().unwrap_or_default();
		let socket = self.file(number, "socket");
		super::wait("a replica to listen", || {
			let answer = ask(&mut connect(&socket)?, &Question::Conduct(conduct))?;
			ensure!(matches!(answer, Answer::Done), "replica {number} answered {answer:?}");
			Ok(())
		})
	}
}

impl Drop for Cluster {
	fn drop(&mut self) {
		for process in self.running.values_mut() {
			// One that has ended already is what is wanted.
			let _ended = process.kill().and_then(|()| process.wait());
		}
	}
}

/// A connection to a replica.
pub(super) fn connect(socket: &Path) -> Result<UnixStream> {
	let connection = UnixStream::connect(socket)
		.with_context(|| format!("nobody listens on {}", socket.display()))?;
	connection.set_read_timeout(Some(ANSWER_TIMEOUT))?;
	connection.set_write_timeout(Some(ANSWER_TIMEOUT))?;
	Ok(connection)
}
