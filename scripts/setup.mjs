// Brings a fresh clone to where the product and its tests can run. Safe to run again; says only what it does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** How npm and pnpm fetch: a registry that is away for a minute is none that is missing. What the user has set wins. */
const PATIENCE = {
  npm_config_fetch_retries: '5',
  npm_config_fetch_retry_mintimeout: '2000',
  npm_config_fetch_retry_factor: '2',
};

/** How apt-get fetches, and how long it waits for another one, as a new machine has it at work in the background. */
const APT_GET = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=120'];

/** A step that cannot be done, with what the reader can do about it. */
export class SetupError extends Error {}

/** Checks Node, installs dependencies and system packages, and builds; each only where it is needed. */
export function setUp(systemPackages = RUNTIME_PACKAGES) {
  checkNode();
  installDependencies();
  installSystemPackages(systemPackages);
  build();
}

/** What the product needs beside Node, by program and Debian package. */
export const RUNTIME_PACKAGES = { bwrap: 'bubblewrap' };

/**
 * What the suites need in addition: what they run inside sandboxes, an engine for containers, other implementations of
 * TLS, and networks that can be cut.
 */
export const TEST_PACKAGES = {
  ...RUNTIME_PACKAGES,
  python3: 'python3-minimal',
  perl: 'perl-base',
  dockerd: 'docker.io',
  busybox: 'busybox-static',
  openssl: 'openssl',
  curl: 'curl',
  ip: 'iproute2',
};

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`StacyVM needs Node.js 20.19 or later; this is ${process.versions.node}`);
  }
}

function installDependencies() {
  const stamp = join(root, 'node_modules', '.stacyvm-installed');
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const pnpm = manifest.packageManager.split('+')[0];
  run(
    `Installing dependencies with ${pnpm}`,
    'npm',
    ['exec', '--yes', `--package=${pnpm}`, '--', 'pnpm', 'install', '--frozen-lockfile'],
    { env: { ...PATIENCE, ...process.env, CI: 'true' } },
  );
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function fingerprint() {
  const manifests = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name, 'package.json')),
  );
  const hash = createHash('sha256').update(process.version);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function installSystemPackages(packagesByProgram) {
  if (process.platform !== 'linux') return;
  const missing = Object.entries(packagesByProgram).flatMap(([program, name]) =>
    onPath(program) ? [] : [name],
  );
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    const command = onPath('apt-get')
      ? `sudo apt-get install --yes ${names}`
      : `install with your package manager: ${names}`;
    throw new SetupError(`A system package is missing: ${names}. Install it and try again:\n  ${command}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('Updating the list of system packages', 'apt-get', [...APT_GET, 'update'], { env });
  run(
    `Installing ${names}`,
    'apt-get',
    [...APT_GET, 'install', '--yes', '--no-install-recommends', ...missing],
    { env },
  );
}

function build() {
  const fresh = !existsSync(join(root, 'apps/cli/dist/main.js'));
  run(fresh ? 'Building' : undefined, process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-b',
  ]);
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, program)));
}

function run(title, command, args, options = {}) {
  if (title !== undefined) console.log(`${title} …`);
  const started = Date.now();
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, CI: 'true' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (result.status === 0) {
    const seconds = (Date.now() - started) / 1000;
    if (title !== undefined) console.log(`${title}: done in ${seconds.toFixed(1)} s`);
    return;
  }
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-40).join('\n');
  const why = result.error === undefined ? `exit code ${result.status}` : result.error.message;
  throw new SetupError(`${title ?? 'Building'} failed (${why}):\n${output}`);
}

/** Runs `work` after the set-up and turns a SetupError into a message and exit code 1. */
export async function afterSetup(work, systemPackages = RUNTIME_PACKAGES) {
  try {
    setUp(systemPackages);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  process.exitCode = await work();
}
