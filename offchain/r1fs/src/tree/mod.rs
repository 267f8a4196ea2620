// SPDX-License-Identifier: Apache-2.0

//! Whole trees of directories, from a disk and to it.

mod add;
mod directory;
mod save;

pub use add::AddTreeError;
pub use save::SaveError;

pub(crate) use add::add_tree;
pub(crate) use directory::{DirectoryBuilder, EntryKind};
pub(crate) use save::{Landing, Limits, save};
