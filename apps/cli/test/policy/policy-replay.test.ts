import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';

const HOUR = 3_600_000;

describe('stacyvm policy replay', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-replay-'));
    write('next.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: alpine }]');
    write(
      'export.ndjson',
      [
        event('alpine', true, 1),
        event('docker.io/library/alpine:latest', true, 1, { tenant: 'tn-a' }),
        event('alpine', true, 48),
        event('busybox', false, 1, { rules: ['pl-1'] }),
        event('debian', true, 1),
        { action: 'sandbox.spawn', at: new Date().toISOString(), detail: {} },
      ]
        .map((each) => JSON.stringify(each))
        .join('\n'),
    );
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const event = (image: string, allowed: boolean, hoursAgo: number, more: object = {}) => ({
    action: 'policy.decide',
    at: new Date(Date.now() - hoursAgo * HOUR).toISOString(),
    detail: { image, provider: 'docker', network: 'none', tenant: '', allowed, rules: [], ...more },
  });
  const replay = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['policy', 'replay', '--candidate', 'next.yaml', '--file', 'export.ndjson', ...args], {
      cwd: directory,
    });

  it('tells what would change, and how often', async () => {
    const { code, stdout, stderr } = await replay();
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.match(/^COUNT +WAS +BECOMES/);
    expect(stdout).to.match(
      /\n2 +allow +deny +file:next\.yaml#1 +- +image=alpine provider=docker network=none/,
    );
    expect(stdout).to.match(/\n1 +allow +deny +file:next\.yaml#1 +tn-a /);
    expect(stdout).to.match(/\n1 +deny +allow +pl-1 +- +image=busybox /);
    expect(stdout).to.match(/\n5 decisions, 4 would change: 3 denied, 1 allowed\n$/);
  });

  it('looks back as far as it is told', async () => {
    const { stdout } = await replay('--since', '24h', '--format', 'json');
    expect(JSON.parse(stdout)).to.deep.include({
      decisions: 4,
      changed: 3,
      newly_denied: 2,
      newly_allowed: 1,
      by_reason: [
        { because: 'file:next.yaml#1', count: 2 },
        { because: 'pl-1', count: 1 },
      ],
      truncated: false,
    });
  });

  it('exits with 1 when something would change and it is told to', async () => {
    expect(await replay('--fail-on-change')).to.deep.include({
      code: 1,
      stderr: 'stacyvm: 4 decisions would change\n',
    });
    write('export.ndjson', JSON.stringify(event('debian', true, 1)));
    expect((await replay('--fail-on-change')).code).to.equal(0);
  });

  const broken: readonly (readonly [string, string])[] = [
    ['what is no JSON', '{"action":'],
    ['what is no object', '[]'],
    ['a decision without a time', '{"action":"policy.decide","detail":{}}'],
    ['a decision that is not complete', '{"action":"policy.decide","at":"2026-01-01T00:00:00Z","detail":{}}'],
  ];
  for (const [name, line] of broken) {
    it(`refuses ${name}, and names the line`, async () => {
      write('export.ndjson', `\n${line}\n`);
      const { code, stderr } = await replay();
      expect(code).to.equal(2);
      expect(stderr).to.contain('export.ndjson:2 cannot be replayed');
    });
  }

  it('refuses a file that is not there, rules that are none and a time that is none', async () => {
    expect((await replay('--since', 'yesterday')).code).to.equal(2);
    expect((await replay('--candidate', 'none.yaml')).code).to.equal(2);
    rmSync(join(directory, 'export.ndjson'));
    expect((await replay()).stderr).to.contain('export.ndjson cannot be read');
  });
});
