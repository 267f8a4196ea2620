// SPDX-License-Identifier: Apache-2.0

// Files that are too many to list them, so that a fixture says how their paths are made: in `path`,
// `{n}` is a number from zero up, with zeros before it up to `width` characters, and `{s}` one of
// `STRANGE`, each in turn. Files have up to four bytes; a directory that is `empty` has none.

export const STRANGE = ['größe', 'ライブラリ', '🔑', 'with space', ' leading', '...', '-dash', '%2e%2e',
	'a\\b', 'new\nline', 'é', 'e\u0301', '\u{10ffff}', '\uffee', '~', '00', 'FF', '']

export const many = (path, count, width = 0) => ({ path, count, width })
export const one = (path, width) => many(path, 1, width)

/// The files of a group.
export function files({ path, count, width, empty }) {
	return Array.from({ length: count }, (_, n) => ({
		path: path.replace('{n}', String(n).padStart(width, '0'))
			.replace('{s}', STRANGE[n % STRANGE.length]),
		length: empty ? undefined : n % 5,
	}))
}
