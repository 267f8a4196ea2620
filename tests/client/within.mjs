// SPDX-License-Identifier: Apache-2.0

/** Waits for a promise, but not for ever: the error says what did not come. */
export async function within(seconds, what, promise) {
	let timer;
	const timeout = new Promise((_, reject) => {
		const late = () => reject(new Error(`${what} did not come in ${seconds} s`));
		timer = setTimeout(late, seconds * 1000);
	});
	try {
		return await Promise.race([promise, timeout]);
	} finally {
		clearTimeout(timer);
	}
}
