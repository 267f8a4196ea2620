// SPDX-License-Identifier: Apache-2.0

//! How secrets come in: by file, by environment or by hand, and never by argument, where other
//! users of the machine could read them.

use anyhow::{Context as _, bail, ensure};
use r1_chain::KEY_FILE_BYTES_MAX;
use std::{
	env,
	fs::File,
	io::{self, IsTerminal as _, Read},
	path::Path,
};

/// Variable with the secret URI of the account that signs.
pub(crate) const SIGNER_VARIABLE: &str = "R1_SIGNER";

/// Variable with the password of a key file.
pub(crate) const PASSWORD_VARIABLE: &str = "R1_PASSWORD";

/// What to say to who has given no password.
const NO_PASSWORD: &str =
	"no password: give --password-file, set R1_PASSWORD, or use a terminal, which asks for it";

/// Whether a secret is a wallet's key file rather than a secret URI, which has no braces.
pub(crate) fn is_key_file(secret: &str) -> bool {
	secret.starts_with('{')
}

/// Reads a file with a secret.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<String> {
	let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
	read(file).with_context(|| format!("could not read {}", path.display()))
}

/// The password of a key file that exists.
pub(crate) fn password(file: Option<&Path>, purpose: &str) -> anyhow::Result<String> {
	match given_password(file)? {
		Some(password) => Ok(password),
		None => ask(purpose).context(NO_PASSWORD),
	}
}

/// The password of a key file that is to be made. Asked for twice, because what was mistyped once
/// opens nothing.
pub(crate) fn new_password(file: Option<&Path>) -> anyhow::Result<String> {
	let password = match given_password(file)? {
		Some(password) => password,
		None => {
			let password = ask("Password of the new key file").context(NO_PASSWORD)?;
			ensure!(
				password == ask("The same password again")?,
				"the passwords differ; nothing was written"
			);
			password
		},
	};
	ensure!(!password.is_empty(), "the password is empty; a key file needs one");
	Ok(password)
}

/// The passphrase of a sealed file.
pub(crate) fn passphrase(file: &Path) -> anyhow::Result<String> {
	let text = read_file(file)?;
	let passphrase = first_line(&text);
	ensure!(!passphrase.is_empty(), "{} holds no passphrase", file.display());
	Ok(passphrase.to_owned())
}

/// A secret to be imported: from a file, or else from standard input.
pub(crate) fn secret(file: Option<&Path>) -> anyhow::Result<String> {
	let secret = match file {
		Some(path) => read_file(path)?,
		None if io::stdin().is_terminal() => ask("Secret phrase or URI")?,
		None => read(io::stdin()).context("could not read standard input")?,
	};
	let secret = secret.trim();
	if secret.is_empty() {
		bail!("no secret to import: give --secret-file, or write it to standard input");
	}
	Ok(secret.to_owned())
}

/// A token: from a file, or else from standard input.
pub(crate) fn token(file: Option<&Path>) -> anyhow::Result<String> {
	let token = match file {
		Some(path) => read_file(path)?,
		None if io::stdin().is_terminal() => String::new(),
		None => read(io::stdin()).context("could not read standard input")?,
	};
	let token = token.trim();
	ensure!(
		!token.is_empty(),
		"no token: give --token-file, or write it to standard input; `r1ctl auth login` gets one"
	);
	Ok(token.to_owned())
}

/// The password of the option or of the environment.
fn given_password(file: Option<&Path>) -> anyhow::Result<Option<String>> {
	let Some(path) = file else {
		return match env::var(PASSWORD_VARIABLE) {
			Ok(password) => Ok(Some(password)),
			Err(env::VarError::NotPresent) => Ok(None),
			Err(error) => Err(error).context("R1_PASSWORD cannot be read"),
		};
	};
	read_file(path).map(|text| Some(first_line(&text).to_owned()))
}

/// A text without the line end that editors put behind it. Blanks may be part of a password.
fn first_line(text: &str) -> &str {
	let line = text.strip_suffix('\n').unwrap_or(text);
	line.strip_suffix('\r').unwrap_or(line)
}

/// Asks the person at the terminal, who does not see what is typed.
fn ask(what: &str) -> io::Result<String> {
	rpassword::prompt_password(format!("{what}: "))
}

/// Reads no more than a key file may have.
fn read(from: impl Read) -> io::Result<String> {
	let mut text = String::new();
	// One byte more, so that a longer text is noticed.
	from.take(KEY_FILE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
	match text.len() <= KEY_FILE_BYTES_MAX {
		true => Ok(text),
		false => Err(io::Error::new(io::ErrorKind::InvalidData, "too long for a secret")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn password_should_be_without_the_end_of_its_line() {
		for (text, password) in
			[("a\n", "a"), ("a\r\n", "a"), (" a b ", " a b "), ("a\n\n", "a\n"), ("", "")]
		{
			assert_eq!(first_line(text), password);
		}
	}

	#[test]
	fn secret_should_be_refused_when_it_is_too_long() {
		let longest = "a".repeat(KEY_FILE_BYTES_MAX);
		assert_eq!(read(longest.as_bytes()).unwrap(), longest);
		assert!(read(format!("{longest}a").as_bytes()).is_err());
	}

	#[test]
	fn key_file_should_be_told_from_secret_uri() {
		assert!(is_key_file("{\"encoded\":\"\"}"));
		for uri in ["//Alice", "ed25519://Alice", "one two", "0xab"] {
			assert!(!is_key_file(uri));
		}
	}
}
