import { expect } from 'chai';
import { type ConfigError, describeProblem, showSettings, watchSettings } from '../../src/index.js';
import { MAX_FILE_RULES, readPolicyFiles } from '../../src/policies/index.js';
import { SettingsScratch } from '../settings-scratch.js';

const RULES = `
rules:
  - { resource_type: image, effect: allow, pattern: "docker.io/library/**" }
  - resource_type: provider
    effect: deny
    pattern: mock
    priority: -2000000
    mode: warn
    description: nothing runs in it
`;

describe('policy.files', () => {
  let scratch: SettingsScratch;
  beforeEach(() => {
    scratch = new SettingsScratch();
  });
  afterEach(() => scratch.remove());

  it('are read with the settings, relative to the file that names them', () => {
    const path = scratch.write('policies/base.yaml', RULES);
    const { settings, files } = scratch.loadText('policy: { files: [policies/base.yaml] }');
    expect(settings['policy.files']).to.deep.equal([
      {
        path,
        rules: [
          {
            id: 'file:base.yaml#1',
            tenantId: null,
            resourceType: 'image',
            effect: 'allow',
            pattern: 'docker.io/library/**',
            priority: 10,
            mode: 'enforce',
            description: '',
            createdAt: new Date(1),
          },
          {
            id: 'file:base.yaml#2',
            tenantId: null,
            resourceType: 'provider',
            effect: 'deny',
            pattern: 'mock',
            priority: -2_000_000,
            mode: 'warn',
            description: 'nothing runs in it',
            createdAt: new Date(2),
          },
        ],
      },
    ]);
    expect(files).to.include(path);
  });

  it('come from the environment as a list with commas, and are none by default', () => {
    scratch.write('a.yaml', RULES);
    scratch.write('b.yaml', 'rules: []');
    const { settings } = scratch.load({ env: { STACYVM_POLICY_FILES: 'a.yaml, b.yaml' } });
    expect(settings['policy.files'].map(({ rules }) => rules.length)).to.deep.equal([2, 0]);
    expect(scratch.load().settings['policy.files']).to.deep.equal([]);
  });

  it('are shown as their paths', () => {
    const path = scratch.write('a.yaml', RULES);
    const shown = showSettings(scratch.loadText('policy: { files: [a.yaml] }'));
    expect(shown.find(({ key }) => key === 'policy.files')?.value).to.deep.equal([path]);
  });

  it('count rules of an earlier file as older', () => {
    const paths = ['z.yaml', 'a.yaml'].map((name) => scratch.write(name, RULES));
    const times = readPolicyFiles(paths).flatMap(({ rules }) =>
      rules.map(({ createdAt }) => Number(createdAt)),
    );
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    expect(new Set(times)).to.have.length(4);
  });

  const item = 'resource_type: image, effect: deny';
  const refused: readonly (readonly [string, string, string])[] = [
    ['no list', 'rules: 3', 'a.yaml:1:8: policy.files: must have a list below "rules:"'],
    ['an empty file', '', 'a.yaml:1:1: policy.files: must have a list below "rules:"'],
    [
      'another key',
      'rules: []\nrule: []',
      'a.yaml:2:1: policy.files: "rule" is not known; the file has rules alone',
    ],
    [
      'an item that is no map',
      'rules: [image]',
      'a.yaml:1:9: policy.files: rule 1: must have resource_type, effect, pattern, priority, mode, description',
    ],
    [
      'a field that does not exist',
      `rules:\n  - { ${item}, pattern: a, prioritty: 1 }`,
      'a.yaml:2:55: policy.files: rule 1: "prioritty" is not known; it may have resource_type, effect, pattern, priority, mode, description',
    ],
    [
      'a type that does not exist',
      'rules:\n  - { resource_type: images, effect: deny, pattern: a }',
      'a.yaml:2:22: policy.files: rule 1: resource_type must be one of image, provider, network',
    ],
    [
      'an effect that is missing',
      'rules:\n  - { resource_type: image, pattern: a }',
      'a.yaml:2:5: policy.files: rule 1: effect is missing; it must be one of allow, deny',
    ],
    [
      'a pattern that is a number',
      `rules: [{ ${item}, pattern: 3 }]`,
      'a.yaml:1:56: policy.files: rule 1: pattern must be a text',
    ],
    [
      'a priority out of range',
      `rules: [{ ${item}, pattern: a, priority: -2000001 }]`,
      'a.yaml:1:69: policy.files: rule 1: priority must be an integer from -2000000 to 1000000',
    ],
  ];
  for (const [name, text, message] of refused) {
    it(`refuse ${name}, and say where`, () => {
      scratch.write('a.yaml', text);
      expect(scratch.problemsOfText('policy: { files: [a.yaml] }')).to.deep.equal([message]);
    });
  }

  it('refuse a pattern that is not written by the grammar', () => {
    scratch.write('a.yaml', `rules: [{ ${item}, pattern: "[a" }]`);
    const [problem] = scratch.problemsOfText('policy: { files: [a.yaml] }');
    expect(problem).to.match(/^a\.yaml:1:57: policy\.files: rule 1: pattern is not valid: /);
  });

  it('tell every problem at once, with those of the settings', () => {
    scratch.write(
      'a.yaml',
      'rules:\n  - { effect: deny, pattern: a }\n  - { resource_type: image, pattern: b }',
    );
    const problems = scratch.problemsOfText('policy: { files: [a.yaml] }\nserver: { port: -1 }');
    expect(problems).to.have.length(3);
  });

  it('refuse a file that is not there, and two of one name', () => {
    scratch.write('a/x.yaml', 'rules: []');
    scratch.write('b/x.yaml', 'rules: []');
    const problems = scratch.problemsOfText('policy: { files: [a/x.yaml, b/x.yaml, none.yaml] }');
    expect(problems).to.deep.equal([
      'none.yaml: policy.files: cannot be read: ENOENT',
      'stacyvm.yaml:1:11: policy.files: b/x.yaml has the name of a/x.yaml, and rules are named after it; rename one of them',
    ]);
  });

  it('refuse names that a path of the API could not bear', () => {
    scratch.write('a b.yaml', 'rules: []');
    expect(scratch.problemsOfText('policy: { files: ["a b.yaml"] }')[0]).to.contain(
      'the name of the file may have',
    );
  });

  it(`refuse more than ${MAX_FILE_RULES} rules`, () => {
    const rules = Array.from({ length: MAX_FILE_RULES + 1 }, (_, n) => `  - { ${item}, pattern: a${n} }\n`);
    scratch.write('a.yaml', `rules:\n${rules.join('')}`);
    expect(scratch.problemsOfText('policy: { files: [a.yaml] }')[0]).to.contain(
      '1001 rules; 1000 are the limit',
    );
  });

  it('are seen when their content changes, and kept when it is broken', async () => {
    const path = scratch.write('a.yaml', RULES);
    scratch.write('stacyvm.yaml', 'policy: { files: [a.yaml] }');
    const changes: string[] = [];
    const errors: unknown[] = [];
    const watch = watchSettings({
      initial: scratch.load(),
      load: () => scratch.load(),
      onChange: ({ changed, settings }) =>
        void changes.push(`${changed}: ${settings['policy.files'][0]?.rules.map(({ pattern }) => pattern)}`),
      onError: (error) => errors.push(error),
      intervalMs: 5,
    });
    const until = async (condition: () => boolean): Promise<void> => {
      const deadline = performance.now() + 5_000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error('it never happened');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    try {
      scratch.write('a.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: "[" }]');
      await until(() => errors.length === 1);
      expect((errors[0] as ConfigError).problems.map(describeProblem)[0]).to.contain(`${path}:1:`);
      expect(watch.current().settings['policy.files'][0]?.rules).to.have.length(2);
      scratch.write('a.yaml', `rules: [{ ${item}, pattern: b }]`);
      await until(() => changes.length === 1);
      expect(changes).to.deep.equal(['policy.files: b']);
    } finally {
      watch.stop();
    }
  });
});
