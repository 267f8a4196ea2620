// SPDX-License-Identifier: Apache-2.0

//! Commands on hashes and sets.

use super::{
	Arguments, CommandError, Context, Reply,
	keys::{Walk, cursor},
};

pub(super) fn hash_set(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	if !arguments.len().is_multiple_of(2) {
		return Err(CommandError::Arity { name: "hset" });
	}
	let key = arguments.at(1);
	let mut new = 0;
	let Context { namespace, now_ms, changes } = context;
	for (field, value) in arguments.from(2).step_by(2).zip(arguments.from(3).step_by(2)) {
		new += usize::from(namespace.hash_set(key, field, value, *now_ms, changes)?);
	}
	Ok(Reply::count(new))
}

pub(super) fn hash_get(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let (key, field) = (arguments.at(1), arguments.at(2));
	Ok(Reply::bulk_or_null(context.namespace.hash_get(key, field, context.now_ms)?))
}

pub(super) fn hash_get_many(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let key = arguments.at(1);
	let values = arguments.from(2).map(|field| {
		Ok(Reply::bulk_or_null(context.namespace.hash_get(key, field, context.now_ms)?))
	});
	Ok(Reply::Array(values.collect::<Result<_, CommandError>>()?))
}

pub(super) fn hash_all(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let all = context.namespace.hash_all(arguments.at(1), context.now_ms)?;
	Ok(Reply::Map(all.map(|(field, value)| (bulk(field), bulk(value))).collect()))
}

pub(super) fn hash_fields(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let all = context.namespace.hash_all(arguments.at(1), context.now_ms)?;
	Ok(Reply::Array(all.map(|(field, _)| bulk(field)).collect()))
}

pub(super) fn hash_values(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let all = context.namespace.hash_all(arguments.at(1), context.now_ms)?;
	Ok(Reply::Array(all.map(|(_, value)| bulk(value)).collect()))
}

pub(super) fn hash_length(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let all = context.namespace.hash_all(arguments.at(1), context.now_ms)?;
	Ok(Reply::count(all.count()))
}

pub(super) fn hash_has(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let (key, field) = (arguments.at(1), arguments.at(2));
	let value = context.namespace.hash_get(key, field, context.now_ms)?;
	Ok(Reply::Integer(value.is_some().into()))
}

pub(super) fn hash_delete(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let mut deleted = 0;
	let Context { namespace, now_ms, changes } = context;
	for field in arguments.from(2) {
		deleted += usize::from(namespace.hash_delete(arguments.at(1), field, *now_ms, changes)?);
	}
	Ok(Reply::count(deleted))
}

/// A page of a hash: the fields from a place on.
pub(super) fn hash_scan(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let walk = Walk::read(arguments, 2)?;
	let (key, now_ms) = (arguments.at(1), context.now_ms);
	let (fields, next) = context.namespace.hash_page(key, walk.from, walk.count, now_ms)?;
	let wanted = fields.into_iter().filter(|(field, _)| walk.wants(field));
	let pairs = wanted.flat_map(|(field, value)| [bulk(field), bulk(value)]).collect();
	Ok(Reply::Array(vec![cursor(next), Reply::Array(pairs)]))
}

pub(super) fn set_add(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let mut new = 0;
	let Context { namespace, now_ms, changes } = context;
	for member in arguments.from(2) {
		new += usize::from(namespace.set_add(arguments.at(1), member, *now_ms, changes)?);
	}
	Ok(Reply::count(new))
}

pub(super) fn set_remove(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let mut removed = 0;
	let Context { namespace, now_ms, changes } = context;
	for member in arguments.from(2) {
		removed += usize::from(namespace.set_remove(arguments.at(1), member, *now_ms, changes)?);
	}
	Ok(Reply::count(removed))
}

pub(super) fn set_members(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let members = context.namespace.set_members(arguments.at(1), context.now_ms)?;
	Ok(Reply::Set(members.map(bulk).collect()))
}

pub(super) fn set_has(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let (key, member) = (arguments.at(1), arguments.at(2));
	Ok(Reply::Integer(context.namespace.set_contains(key, member, context.now_ms)?.into()))
}

pub(super) fn set_length(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let members = context.namespace.set_members(arguments.at(1), context.now_ms)?;
	Ok(Reply::count(members.count()))
}

fn bulk(bytes: &[u8]) -> Reply {
	Reply::Bulk(bytes.to_vec())
}
