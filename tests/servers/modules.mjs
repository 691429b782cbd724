// What every test server needs: packages from PICKET_NPM_DIR (build/npm, see
// scripts/npm_servers.sh), the line `ready PORT`, and an end with the test that started it.
import {createRequire} from 'node:module';
import {fstatSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const npmDir = process.env.PICKET_NPM_DIR ?? path.resolve(here, '../../build/npm');
const require = createRequire(path.join(npmDir, 'package.json'));

// A package, or a file of one, of either module kind.
export async function load(name) {
  return import(pathToFileURL(require.resolve(name)));
}

// The options: one JSON object as the only argument.
export function options(defaults) {
  return {...defaults, ...JSON.parse(process.argv[2] ?? '{}')};
}

// Says that the server listens, and ends it on SIGTERM and when the pipe on stdin closes.
export function ready(port) {
  const end = () => process.exit(0);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (fstatSync(0).isFIFO()) process.stdin.on('end', end).on('error', end).resume();
  process.stdout.write(`ready ${port}\n`);
}

export function listen(server, port = 0) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });
}
