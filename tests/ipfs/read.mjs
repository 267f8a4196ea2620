// SPDX-License-Identifier: Apache-2.0

// Opens what r1fs sealed, with `age` in TypeScript:
// node read.mjs <file of age> (-i <secret key> | -p <passphrase>) > <opened file>

import { Decrypter } from 'age-encryption'
import { readFileSync } from 'node:fs'

const [path, kind, key] = process.argv.slice(2)
const decrypter = new Decrypter()
kind === '-i' ? decrypter.addIdentity(key) : decrypter.addPassphrase(key)
process.stdout.write(await decrypter.decrypt(readFileSync(path)))
