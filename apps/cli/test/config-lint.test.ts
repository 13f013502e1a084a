import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINT_RULES } from '@stacyvm/config/lint';
import { expect } from 'chai';
import { type CommandResult, runCommand } from './command.js';

const secret = (name: string): string => createHash('sha256').update(name).digest('base64url');

const auditKey = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** Passes in production for a control plane without workers, but for warnings. */
const SOUND = `
server:
  cors_allowed_origins: [https://console.mycompany.net]
rate_limit:
  enabled: true
auth:
  api_key: ${secret('api')}
  admin_api_key: ${secret('admin')}
  admin_audit_retention: 2160h
audit:
  signing_key: ${JSON.stringify(auditKey)}
database:
  dsn: postgres:///stacyvm
defaults:
  max_sandboxes: 100
  max_sandboxes_per_owner: 10
  default_exec_timeout: 30s
worker_rpc:
  allowed_hosts: [10.0.0.0/8]
`;

describe('stacyvm config lint', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-lint-'));
  });
  afterEach(() => {
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true, force: true });
  });

  const write = (text: string): string => {
    const path = join(directory, 'stacyvm.yaml');
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const lint = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> =>
    runCommand(['config', 'lint', ...args], { cwd: directory, env });

  it('exits with 0 when nothing fails, and finds the file where the programs do', async () => {
    write(SOUND);
    const { code, stderr, stdout } = await lint(['--production', '--role', 'control-plane']);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout)
      .to.contain(`[PASS] config: the configuration is valid; its file is ${directory}/stacyvm.yaml\n`)
      .and.contain('[WARN] server.tls.public_bind: ')
      .and.match(/\n\d+ passed, \d+ warned, 0 failed, 0 ignored for production\n$/);
  });

  it('exits with 1 when a rule fails, and says how many do', async () => {
    const path = write('logging:\n  format: pretty\n');
    const args = ['--rule', 'logging.format', '--rule', 'rate_limit.enabled'];
    const [development, production] = await Promise.all([
      lint(['--config', path, ...args]),
      lint(['--file', path, ...args, '--production', '--quiet']),
    ]);
    expect(development).to.include({ code: 0, stderr: '' });
    expect(development.stdout).to.contain(
      `[WARN] logging.format: logs are not written as JSON  (${path}:2)\n  fix: `,
    );
    expect(production).to.include({ code: 1, stderr: 'stacyvm: 2 checks fail\n' });
  });

  it('accepts what is ignored with a reason', async () => {
    write('logging: { format: pretty }');
    const { code, stdout } = await lint([
      '--production',
      '--rule',
      'logging.format',
      '--ignore',
      'logging.format=read by people, x=y',
      '--quiet',
    ]);
    expect(stdout).to.contain('[IGNORED] logging.format: ').and.contain('  reason: read by people, x=y\n');
    expect(code).to.equal(0);
  });

  it('exits with 1 for a configuration that does not load, whatever is ignored or asked for', async () => {
    write('server:\n  prot: 1\n  port: x\n');
    const { code, stdout } = await lint([
      '--format',
      'json',
      '--rule',
      'logging.format',
      '--ignore',
      'auth.enabled=x',
    ]);
    const report = JSON.parse(stdout) as {
      findings: readonly { id: string; line: number; status: string }[];
    };
    expect(report.findings.map(({ id, line, status }) => [id, line, status])).to.deep.equal([
      ['config', 2, 'fail'],
      ['config', 3, 'fail'],
    ]);
    expect(code).to.equal(1);
  });

  it('prints SARIF that names the file below the working directory', async () => {
    write('logging: { format: pretty }');
    const { code, stdout } = await lint(['--format', 'sarif', '--production', '--rule', 'logging.format']);
    const log = JSON.parse(stdout) as { version: string; runs: readonly { results: readonly unknown[] }[] };
    expect(log.version).to.equal('2.1.0');
    expect(log.runs[0]?.results).to.have.length(1);
    expect(log.runs[0]?.results[0]).to.have.nested.property(
      'locations[0].physicalLocation.artifactLocation.uri',
      'stacyvm.yaml',
    );
    expect(code).to.equal(1);
  });

  it('lists the rules', async () => {
    const [text, json] = await Promise.all([
      lint(['--list-rules']),
      lint(['--list-rules', '--format', 'json']),
    ]);
    expect(text.stdout.trim().split('\n')).to.have.length(LINT_RULES.length + 1);
    expect(text.stdout).to.match(/^logging\.format +warn +fail +both +Logs/m);
    const rules = JSON.parse(json.stdout) as readonly Readonly<Record<string, string>>[];
    expect(rules.map(({ id }) => id)).to.deep.equal(LINT_RULES.map(({ id }) => id));
    expect(rules.find(({ id }) => id === 'rate_limit.key_by')).to.include({
      development: 'warn',
      production: 'warn',
      role: 'control-plane',
    });
  });

  it('cannot run without the file that is named, in an option or a variable', async () => {
    const results = await Promise.all([
      lint(['--config', 'missing.yaml']),
      lint([], { STACYVM_CONFIG: join(directory, 'missing.yaml') }),
      lint(['--config', directory]),
    ]);
    for (const { code, stderr, stdout } of results) {
      expect(stdout).to.equal('');
      expect(stderr).to.contain(directory).and.contain('cannot be read');
      expect(code).to.equal(2);
    }
  });

  const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown rule', ['--rule', 'auth.enbled'], /no rule "auth\.enbled"/],
    ['an unknown rule to ignore', ['--ignore', 'auth.enbled=x'], /no rule "auth\.enbled"/],
    ['no reason', ['--ignore', 'auth.enabled'], /needs a reason/],
    ['two files', ['--config', 'a', '--config', 'b'], /--config is given more than once/],
    ['an unknown option', ['--prodution'], /prodution/],
    ['a list of rules that is short', ['--list-rules', '--rule', 'a.b'], /--list-rules does not go with/],
    ['a list of rules as SARIF', ['--list-rules', '--format', 'sarif'], /text and json/],
  ];

  it('exits with 2 on wrong use', async () => {
    for (const [name, args, message] of WRONG) {
      const { code, stderr, stdout } = await lint(args);
      expect(code, name).to.equal(2);
      expect(stderr, name).to.match(message);
      expect(stdout, name).to.equal('');
    }
    expect(await runCommand(['config'], { cwd: directory })).to.include({ code: 2 });
  });

  it('does what the README shows, and has the options that it lists', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const section = /\n## Configuration\n(.*?)\n## /s.exec(readme)?.[1] ?? expect.fail('there is no section');
    const lines = (/```sh\n(.*?)```/s.exec(section)?.[1] ?? '').trim().split('\n');
    const [judged, listed] = await Promise.all(
      lines.map((line) => runCommand(line.split(' ').slice(1), { cwd: directory })),
    );
    expect(judged?.stdout).to.match(/ failed, 0 ignored for production\n$/);
    expect(judged?.code).to.equal(1);
    expect(listed).to.include({ code: 0, stderr: '' });
    const { stdout } = await lint(['--help']);
    const options = [...stdout.matchAll(/^ +--([a-z-]+)/gm)].map(([, name]) => name);
    for (const [, name] of section.matchAll(/^\| `--([a-z-]+)/gm)) expect(options).to.include(name);
    for (const name of ['config', 'file', 'production', 'quiet', 'list-rules']) {
      expect(section).to.contain(`--${name}`);
    }
  });

  it('has as many rules as the README of the repository says', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    expect(/# (\d+) rules;/.exec(readme)?.[1]).to.equal(String(LINT_RULES.length));
  });

  it('prints no secret and writes nothing', async () => {
    const marker = 'Zq7Xw9Kv-change-me';
    write(`auth:\n  api_key: ${marker}\n  worker_token: ${marker}\n  worker_tokens: { a: ${marker} }\n`);
    chmodSync(directory, 0o500);
    const before = snapshot(directory);
    for (const format of ['text', 'json', 'sarif']) {
      const { code, stderr, stdout } = await lint(['--production', '--format', format]);
      expect(stdout + stderr, format).not.to.match(/q7Xw/i);
      expect(code, format).to.equal(1);
    }
    expect(snapshot(directory)).to.deep.equal(before);
  });

  it('loads nothing that reads a database unless it is asked for the policies there, so that it is quick', async () => {
    const loaded = async (...args: readonly string[]): Promise<string> => {
      const coverage = mkdtempSync(join(directory, 'loaded-'));
      await lint(['--config', write(SOUND), ...args], { NODE_V8_COVERAGE: coverage });
      return readdirSync(coverage)
        .map((name) => readFileSync(join(coverage, name), 'utf8'))
        .join('');
    };
    expect((await loaded()).includes('/config/dist/lint/')).to.equal(true);
    expect((await loaded()).includes('/store/dist/')).to.equal(false);
    expect((await loaded('--live')).includes('/store/dist/')).to.equal(true);
  });
});

function snapshot(directory: string): readonly unknown[] {
  return readdirSync(directory).map((name) => {
    const { ctimeMs, mode, size } = statSync(join(directory, name));
    return [name, ctimeMs, mode, size, readFileSync(join(directory, name), 'utf8')];
  });
}
