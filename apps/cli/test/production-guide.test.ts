import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from './command.js';

const ROOT = new URL('../../../', import.meta.url);
const GUIDE = readFileSync(new URL('docs/production.md', ROOT), 'utf8');
const HOME = '/etc/stacyvm';

/** The blocks of shell in the guide, their directory replaced by another. */
function shellBlocks(directory: string): readonly string[] {
  return [...GUIDE.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block.replaceAll(HOME, directory));
}

/** What an operator brings: certificates of an authority of their own, for the names in the configuration. */
function issueCertificates(directory: string): void {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: join(directory, 'tls'), stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '365'];
  openssl('req', '-x509', ...ec, '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.crt');
  for (const [name, host, usage] of [
    ['control-plane', 'control-plane.stacyvm.internal', 'serverAuth,clientAuth'],
    ['worker', 'worker-1', 'serverAuth,clientAuth'],
  ] as const) {
    openssl(
      ...['req', '-x509', ...ec, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`],
      ...['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', `subjectAltName=DNS:${host}`],
      ...['-addext', `extendedKeyUsage=${usage}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
    );
  }
}

/** The guide as it is written, for the file of this repository. */
describe('docs/production.md', function () {
  this.timeout(60_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-production-'));
    const [secrets = ''] = shellBlocks(directory);
    const dsn = `postgres://stacyvm:${'kV3nQ8xW2rT6yB9m'}@db.stacyvm.internal/stacyvm?sslmode=verify-full\n`;
    execFileSync('sh', ['-e', '-c', secrets], { input: dsn });
    issueCertificates(directory);
    const config = join(directory, 'stacyvm.yaml');
    copyFileSync(new URL('deploy/stacyvm.production.yaml', ROOT), config);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('makes secrets, and says commands that do what it says of them', async () => {
    const [, commands = ''] = shellBlocks(directory);
    const [variable = '', ...lines] = commands.trim().split('\n');
    const env = {
      STACYVM_CONFIG: /^export STACYVM_CONFIG=(\S+)$/.exec(variable)?.[1],
      STACYVM_WORKER_ID: 'worker-1',
    };
    const words = lines.map((line) => line.replace(/ +#.*/, '').split(' '));
    expect(words.map(([program, ...args]) => [program, args.slice(0, 2)])).to.deep.equal([
      ['stacyvm', ['config', 'validate']],
      ['stacyvm', ['config', 'lint']],
      ['stacyvm', ['config', 'show']],
      ['stacyvm', ['doctor', '--production']],
    ]);
    const results = await Promise.all(words.map(([, ...args]) => runCommand(args, { cwd: directory, env })));
    // The database of the configuration is nowhere to be found here.
    expect(results.map(({ code }) => code)).to.deep.equal([0, 0, 0, 1]);
    expect(results[3]?.stdout).to.match(/^FAIL {3}connects: .*db\.stacyvm\.internal/m);
  });
});
