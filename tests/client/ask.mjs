// SPDX-License-Identifier: Apache-2.0

/** One HTTP request, with any header that a browser might send. */

import http from 'node:http';

/** A daemon answers at once, or it is not well. */
const TIMEOUT_MS = 30_000;

/** The status and the body, which is JSON. */
export function ask(url, { method = 'GET', headers = {}, json, body, agent } = {}) {
	const sent = json === undefined ? body : JSON.stringify(json);
	const type = json === undefined ? {} : { 'content-type': 'application/json' };
	return new Promise((resolve, reject) => {
		const options = { method, headers: { ...type, ...headers }, agent, timeout: TIMEOUT_MS };
		const request = http.request(url, options, (response) => {
			const chunks = [];
			response.on('data', (chunk) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				try {
					resolve({ status: response.statusCode, body: JSON.parse(text) });
				} catch {
					reject(new Error(`${url} answered with ${response.statusCode}: ${text}`));
				}
			});
		});
		request.on('timeout', () => request.destroy(new Error(`${url} did not answer`)));
		request.on('error', reject);
		request.end(sent);
	});
}
