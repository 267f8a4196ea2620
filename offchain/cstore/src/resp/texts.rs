// SPDX-License-Identifier: Apache-2.0

//! Commands on plain values.

use super::{
	Arguments, CommandError, Context, Reply,
	command::number,
	keys::{Unit, moment},
};
use crate::{Condition, SetOptions};

pub(super) fn get(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let value = context.namespace.get(arguments.at(1), context.now_ms)?;
	Ok(Reply::bulk_or_null(value.as_deref()))
}

pub(super) fn mget(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	// A key of another kind has no value here, and that is no error.
	let value = |key| match context.namespace.get(key, context.now_ms) {
		Ok(value) => Reply::bulk_or_null(value.as_deref()),
		Err(_) => Reply::Null,
	};
	Ok(Reply::Array(arguments.from(1).map(value).collect()))
}

/// `SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms]`
pub(super) fn set(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let (key, value) = (arguments.at(1), arguments.at(2));
	let mut options = SetOptions::default();
	let mut returns_old = false;
	let mut words = arguments.from(3);
	while let Some(word) = words.next() {
		let is_first_condition = options.condition == Condition::Always;
		match word.to_ascii_uppercase().as_slice() {
			b"NX" if is_first_condition => options.condition = Condition::IfAbsent,
			b"XX" if is_first_condition => options.condition = Condition::IfPresent,
			b"GET" => returns_old = true,
			unit => {
				let unit = Unit::named(unit).ok_or(CommandError::Syntax)?;
				if options.expires_at_ms.is_some() {
					return Err(CommandError::Syntax);
				}
				let time = number(words.next().ok_or(CommandError::Syntax)?)?;
				let at_ms = moment(time, unit, context.now_ms).filter(|_| 0 < time);
				options.expires_at_ms = Some(at_ms.ok_or(CommandError::Expiry { name: "set" })?);
			},
		}
	}
	let Context { namespace, now_ms, changes } = context;
	let old = match returns_old {
		true => Some(Reply::bulk_or_null(namespace.get(key, *now_ms)?.as_deref())),
		false => None,
	};
	let is_set = namespace.set(key, value, options, *now_ms, changes)?;
	Ok(old.unwrap_or(if is_set { Reply::OK } else { Reply::Null }))
}

pub(super) fn set_if_absent(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let options = SetOptions { condition: Condition::IfAbsent, ..SetOptions::default() };
	let Context { namespace, now_ms, changes } = context;
	let is_set = namespace.set(arguments.at(1), arguments.at(2), options, *now_ms, changes)?;
	Ok(Reply::Integer(is_set.into()))
}

pub(super) fn set_with_end(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let time = number(arguments.at(2))?;
	let at_ms = moment(time, Unit::Seconds, context.now_ms).filter(|_| 0 < time);
	let expires_at_ms = Some(at_ms.ok_or(CommandError::Expiry { name: "setex" })?);
	let options = SetOptions { expires_at_ms, ..SetOptions::default() };
	let Context { namespace, now_ms, changes } = context;
	namespace.set(arguments.at(1), arguments.at(3), options, *now_ms, changes)?;
	Ok(Reply::OK)
}

pub(super) fn mset(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	if arguments.len().is_multiple_of(2) {
		return Err(CommandError::Arity { name: "mset" });
	}
	let Context { namespace, now_ms, changes } = context;
	for (key, value) in arguments.from(1).step_by(2).zip(arguments.from(2).step_by(2)) {
		namespace.set(key, value, SetOptions::default(), *now_ms, changes)?;
	}
	Ok(Reply::OK)
}

pub(super) fn get_and_delete(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let value = get(context, arguments)?;
	let Context { namespace, now_ms, changes } = context;
	namespace.delete(arguments.at(1), *now_ms, changes)?;
	Ok(value)
}

pub(super) fn length(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let value = context.namespace.get(arguments.at(1), context.now_ms)?;
	Ok(Reply::count(value.map_or(0, |value| value.len())))
}

pub(super) fn increase(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	add(context, arguments, 1)
}

pub(super) fn decrease(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	add(context, arguments, -1)
}

pub(super) fn increase_by(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	add(context, arguments, number(arguments.at(2))?)
}

pub(super) fn decrease_by(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
) -> Result<Reply, CommandError> {
	let amount = number(arguments.at(2))?.checked_neg().ok_or(CommandError::NotANumber)?;
	add(context, arguments, amount)
}

fn add(
	context: &mut Context<'_>,
	arguments: Arguments<'_>,
	amount: i64,
) -> Result<Reply, CommandError> {
	let key = arguments.at(1);
	let Context { namespace, now_ms, changes } = context;
	Ok(Reply::Integer(namespace.add(key, amount, *now_ms, changes)?))
}
