import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from '../command.js';

const RULES = `rules:
  - { resource_type: image, effect: deny, pattern: "alpine:3.1" }
  - { resource_type: image, effect: allow, pattern: "docker.io/library/**", priority: 20 }
`;

describe('stacyvm policy, on files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-policy-'));
    write('base.yaml', RULES);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const policy = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['policy', ...args], { cwd: directory });

  describe('test', () => {
    it('exits with 0 when every answer is the expected one', async () => {
      write(
        'cases.yaml',
        `cases:
  - { image: "docker.io/library/alpine:3.1", expect: deny, rule: "file:base.yaml#1" }
  - { image: debian, expect: allow }
  - { name: not ours, image: ghcr.io/acme/app, expect: deny }
`,
      );
      const { code, stdout, stderr } = await policy('test', 'cases.yaml', '--rules', 'base.yaml');
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(stdout).to.equal(
        'ok    image docker.io/library/alpine:3.1\nok    image debian\nok    not ours\n3 passed, 0 failed\n',
      );
    });

    it('exits with 1 when one is another, or comes from another rule, and says which', async () => {
      write(
        'cases.yaml',
        `cases:
  - { image: debian, expect: deny }
  - { image: debian, expect: allow, rule: "file:base.yaml#1" }
  - { image: ghcr.io/acme/app, expect: allow }
  - { provider: docker, expect: allow }
`,
      );
      const { code, stdout, stderr } = await policy('test', 'cases.yaml', '--rules', 'base.yaml');
      expect(code).to.equal(1);
      expect(stderr).to.equal('stacyvm: 3 cases fail\n');
      expect(stdout.split('\n').slice(0, 3)).to.deep.equal([
        'FAIL  image debian: expected deny, got allow by file:base.yaml#2  (cases.yaml:2)',
        'FAIL  image debian: expected allow by file:base.yaml#1, got allow by file:base.yaml#2  (cases.yaml:3)',
        'FAIL  image ghcr.io/acme/app: expected allow, got deny (default_denies)  (cases.yaml:4)',
      ]);
      const json = await policy('test', 'cases.yaml', '--rules', 'base.yaml', '--format', 'json');
      expect(json.code).to.equal(1);
      expect(JSON.parse(json.stdout)).to.include({ passed: 1, failed: 3 });
    });

    it('exits with 2 for a file that cannot be used, and says where', async () => {
      write('cases.yaml', 'cases: [{ image: a, expect: maybe }]');
      const cases = await policy('test', 'cases.yaml', '--rules', 'base.yaml');
      expect(cases.code).to.equal(2);
      expect(cases.stderr).to.contain('cases.yaml:1:29: cases: case 1: expect must be one of allow, deny');
      write('cases.yaml', 'cases: [{ image: a, expect: allow }]');
      write('broken.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: "[" }]');
      const rules = await policy('test', 'cases.yaml', '--rules', 'broken.yaml');
      expect(rules.code).to.equal(2);
      expect(rules.stderr).to.contain('broken.yaml:1:57: policy.files: rule 1: pattern is not valid');
      expect((await policy('test', 'none.yaml')).code).to.equal(2);
    });
  });

  describe('lint', () => {
    it('exits with 0 when there is nothing to find', async () => {
      expect(await policy('lint', '--rules', 'base.yaml')).to.deep.equal({
        code: 0,
        stdout: 'nothing to say about 2 policies\n',
        stderr: '',
      });
    });

    it('exits with 1 for rules that cannot do what they seem to, also across files', async () => {
      write(
        'more.yaml',
        'rules: [{ resource_type: image, effect: allow, pattern: "alpine:3.1", priority: 30 }]',
      );
      const { code, stdout, stderr } = await policy('lint', '--rules', 'base.yaml', '--rules', 'more.yaml');
      expect(code).to.equal(1);
      expect(stderr).to.equal('stacyvm: 1 finding\n');
      expect(stdout).to.match(
        /^POLICY +FINDING +WHY\nfile:more\.yaml#1 +allow_without_effect +rule file:base\.yaml#1/,
      );
      const json = await policy('lint', '--rules', 'base.yaml', '--rules', 'more.yaml', '--format', 'json');
      expect(JSON.parse(json.stdout)[0]).to.include({
        code: 'allow_without_effect',
        policy_id: 'file:more.yaml#1',
        other_policy_id: 'file:base.yaml#1',
      });
    });
  });

  it('needs a word, and one that it knows', async () => {
    expect((await policy()).code).to.equal(2);
    expect((await policy('forbid')).code).to.equal(2);
    expect((await policy('add', 'volume', 'deny', 'a')).code).to.equal(2);
    expect((await policy('add', 'image', 'deny', 'a', '--priority', 'high')).code).to.equal(2);
  });

  it('does what docs/policies.md says', async () => {
    const text = readFileSync(new URL('../../../../docs/policies.md', import.meta.url), 'utf8');
    const [base = '', cases = ''] = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block ?? '');
    write('base.yaml', base);
    write('cases.yaml', cases);
    const result = await policy('test', 'cases.yaml', '--rules', 'base.yaml');
    expect(result).to.include({ code: 0, stderr: '' });
    expect(result.stdout).to.match(/4 passed, 0 failed\n$/);
    expect((await policy('lint', '--rules', 'base.yaml')).code).to.equal(0);
  });
});
