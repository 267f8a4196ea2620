// SPDX-License-Identifier: Apache-2.0

//! How much of everything a specification may have, and why that much.

/// Containers of a stack: the largest machine that is sold has 22 processors.
pub const CONTAINERS_MAX: usize = 16;

/// Clauses of a tag expression, and alternatives of a clause: more than there are kinds of tags.
pub const CLAUSES_MAX: usize = 16;
/// See [`CLAUSES_MAX`]: as many as there are countries in the largest region.
pub const ALTERNATIVES_MAX: usize = 32;

/// Longest tag, in bytes: `REG:` and the longest name of a region of ISO 3166-2 in use.
pub const TAG_BYTES_MAX: usize = 64;

/// Longest name of an image, in bytes, as registries have it.
pub const IMAGE_NAME_BYTES_MAX: usize = 255;

/// Words of a command, and of its arguments.
pub const ARGUMENTS_MAX: usize = 64;

/// Longest word of a command and longest value of a variable, in bytes: a certificate's chain fits.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Variables of a container, of each kind.
pub const VARIABLES_MAX: usize = 128;

/// Longest name of a variable, in bytes.
pub const VARIABLE_NAME_BYTES_MAX: usize = 128;

/// How the daemon's own variables begin, which no job may set.
pub const VARIABLE_RESERVED_PREFIX: &str = "R1_";

/// Parts of a dynamic variable: a URL of a database has five.
pub const FRAGMENTS_MAX: usize = 16;

/// Ports of a container.
pub const PORTS_MAX: usize = 16;

/// Volumes of a container.
pub const VOLUMES_MAX: usize = 8;

/// Largest volume, in MiB: the disk of the largest machine that is sold, 496 GiB.
pub const VOLUME_MIB_MAX: u64 = 496 * 1024;

/// Times through its data that a node goes in one round of learning, as `r1-learning` has it.
pub const TRAINING_EPOCHS_MAX: u64 = 1_000;

/// Samples of one step of training: more make no step better, and each takes memory.
pub const BATCH_SAMPLES_MAX: u64 = 65_536;

/// Longest name of a data set, in bytes: with its key it is a tag of a node.
pub const DATA_NAME_BYTES_MAX: usize = 27;

/// Longest path, in bytes.
pub const PATH_BYTES_MAX: usize = 255;

/// Most processor of a container, in thousandths of a core: the largest machine that is sold.
pub const CPU_MILLIS_MAX: u64 = 22_000;

/// Least of a container: the scheduler's period is 100 ms, and less than 1 ms of it starves.
pub const CPU_MILLIS_MIN: u64 = 10;

/// Processor if none is given: the smallest machine that is sold.
pub const CPU_MILLIS_DEFAULT: u64 = 250;

/// Most memory of a container, in MiB: the largest machine that is sold.
pub const MEMORY_MIB_MAX: u64 = 124 * 1024;

/// Least memory of a container, in MiB: engines refuse less than 6.
pub const MEMORY_MIB_MIN: u64 = 8;

/// Memory if none is given, in MiB: the smallest machine that is sold.
pub const MEMORY_MIB_DEFAULT: u64 = 512;

/// Most processes and threads of a container.
pub const PIDS_MAX: u64 = 4_096;

/// Processes and threads if no number is given: a server with a thread for each of many cores.
pub const PIDS_DEFAULT: u64 = 256;

/// Longest period of any policy, in seconds: one hour.
pub const PERIOD_SECS_MAX: u64 = 3_600;

/// Most attempts of any kind.
pub const ATTEMPTS_MAX: u64 = 100;

/// Pause between two checks if none is given, in seconds.
pub const CHECK_INTERVAL_SECS_DEFAULT: u64 = 5;

/// How long a check may take if nothing is said, in seconds.
pub const CHECK_TIMEOUT_SECS_DEFAULT: u64 = 3;

/// Failures until a start has failed if nothing is said: with the default pause, five minutes.
pub const START_UP_FAILURES_DEFAULT: u64 = 60;

/// Failures in a row until a container is unhealthy if nothing is said.
pub const CONTINUOUS_FAILURES_DEFAULT: u64 = 3;

/// Restarts in a row until a container is given up if nothing is said, as the reference has it.
pub const RESTARTS_DEFAULT: u64 = 5;

/// Pause before the first restart if none is given, in seconds; it doubles with each further one.
pub const RESTART_PAUSE_SECS_DEFAULT: u64 = 10;

/// Longest pause before a restart if none is given, in seconds.
pub const RESTART_PAUSE_SECS_MAX_DEFAULT: u64 = 600;

/// How long a container must run until its restarts are forgotten if nothing is said, in seconds.
pub const RESTART_RESET_SECS_DEFAULT: u64 = 300;

/// How long a container has to end by itself, in seconds, if nothing is said.
pub const STOP_SECS_DEFAULT: u64 = 10;

/// Hosts that a job may reach by name.
pub const EGRESS_HOSTS_MAX: usize = 32;

/// Files that a storage job keeps.
pub const ROOTS_MAX: usize = 256;

/// Longest sealed secret, in bytes.
pub const SECRET_BYTES_MAX: usize = 16 * 1024;
