import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { type CommandResult, runCommand } from './command.js';

const TEMPLATE = fileURLToPath(new URL('../../../deploy/stacyvm.production.yaml', import.meta.url));
const SECRETS = {
  'audit-signing-key': String(
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
  ).trimEnd(),
  'api-key': 'Qm9ybmVvIGlzIGFuIGlzbGFuZCBpbiB0aGUgU291dGg',
  'admin-api-key': 'VGhlIGFkbWluaXN0cmF0b3IgbGl2ZXMgZWxzZXdoZXJl',
  'worker-signing-key': 'QSBtYXN0ZXIga2V5IG9wZW5zIG1hbnkgZG9vcnMgYXQgb25jZQ',
  'database-dsn':
    'postgres://stacyvm:aT6pnuVv2f0Ryk4mXw9cQz31@db.stacyvm.internal/stacyvm?sslmode=verify-full',
} as const;

/** A deployment by the file of this repository, on one machine. */
describe('deploy/stacyvm.production.yaml', function () {
  this.timeout(30_000);
  let directory: string;

  const stacyvm = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(args, { cwd: directory, env: { STACYVM_WORKER_ID: 'worker-1' } });
  const lint = (...args: readonly string[]): Promise<CommandResult> =>
    stacyvm('config', 'lint', '--production', '--config', 'stacyvm.yaml', ...args);

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'production-'));
    writeFileSync(join(directory, 'stacyvm.yaml'), readFileSync(TEMPLATE), { mode: 0o600 });
    mkdirSync(join(directory, 'secrets'), { mode: 0o700 });
    for (const [name, text] of Object.entries(SECRETS))
      writeFileSync(join(directory, 'secrets', name), `${text}\n`, { mode: 0o600 });
    const made = await stacyvm(
      ...['tls', 'init', '--dir', 'tls', '--worker', 'worker-1', '--days', '90'],
      ...['--control-plane-name', 'control-plane.stacyvm.internal'],
    );
    expect(made.code, made.stderr).to.equal(0);
    for (const end of ['crt', 'key'])
      copyFileSync(join(directory, `tls/worker-worker-1.${end}`), join(directory, `tls/worker.${end}`));
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const role of ['all', 'control-plane', 'worker']) {
    it(`passes every rule of config lint --production for ${role}`, async () => {
      const { code, stdout, stderr } = await lint('--role', role);
      const complaints = stdout.split('\n').filter((line) => !line.startsWith('[PASS]'));
      expect(complaints.join('\n').trim(), stderr).to.match(/^\d+ passed, 0 warned, 0 failed, 0 ignored/);
      expect(code).to.equal(0);
    });
  }

  for (const program of ['control-plane', 'worker']) {
    it(`is what ${program} would start with, without a warning`, async () => {
      const { code, stdout, stderr } = await stacyvm(
        ...['config', 'validate', '--config', 'stacyvm.yaml', '--program', program],
      );
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/^valid: /);
    });
  }

  describe('without one of the files that it names', () => {
    const named = filesIn(load(readFileSync(TEMPLATE, 'utf8')));

    it('names each secret, and certificates', () => {
      expect(named).to.include.members(Object.keys(SECRETS).map((name) => `secrets/${name}`));
      expect(named).to.include.members(['tls/control-plane.crt', 'tls/worker.key', 'tls/ca.crt']);
    });

    for (const name of named) {
      it(`fails, and says that ${name} is missing`, async () => {
        const path = join(directory, name);
        const content = readFileSync(path);
        rmSync(path);
        try {
          const { code, stdout } = await lint('--quiet');
          expect(code).to.equal(1);
          expect(stdout).to.match(new RegExp(`^\\[FAIL\\] .*${path}.* cannot be read`, 'm'));
        } finally {
          writeFileSync(path, content, { mode: 0o600 });
        }
      });
    }
  });
});

/** The relative paths that a configuration names in its `…_file` settings, each once. */
function filesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.entries(value).flatMap(([key, member]) =>
    key.endsWith('_file') ? [String(member)] : filesIn(member),
  );
  return [...new Set(found)];
}
