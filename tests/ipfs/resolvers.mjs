// SPDX-License-Identifier: Apache-2.0

// Helia takes for granted what Node.js 20 has not yet. To be imported before it.

Promise.withResolvers ??= function () {
	let resolve, reject
	const promise = new this((whenRight, whenWrong) => {
		resolve = whenRight
		reject = whenWrong
	})
	return { promise, resolve, reject }
}
