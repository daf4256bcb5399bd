// The lock names packages, versions and hashes, and no address: whichever registry a developer has, it is
// the hash that says what was got. Funding links are the only addresses that npm leaves in.
import { readFileSync, writeFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
for (const entry of Object.values(lock.packages)) {
  delete entry.funding
}
writeFileSync('package-lock.json', JSON.stringify(lock, null, 2) + '\n')
