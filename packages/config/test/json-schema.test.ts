import { parseDuration } from '@stacyvm/duration';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { environmentName, SETTINGS, settingsSchema } from '../src/index.js';
import { DURATION_PATTERN, MAX_DURATION, MIN_DURATION } from '../src/json-schema.js';
import { KNOWN_KEYS } from '../src/known-keys.js';
import { TEXT_FORMATS } from '../src/text-formats.js';
import { SettingsScratch } from './settings-scratch.js';

interface Section {
  readonly properties?: Readonly<Record<string, Section>>;
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

function at(key: string): Section {
  return key
    .split('.')
    .reduce((section, name) => section.properties?.[name] ?? {}, settingsSchema() as Section);
}

const VALID = [
  '',
  'server: {port: 80}',
  'server:\nlogging: {level: debug}',
  'auth: {worker_tokens: {a.b: x}, worker_signing_keys: [a, b]}',
  'auth: {api_key_file: /run/key, worker_tokens_dir: /run/tokens}',
  'providers: {docker: {memory: 2g, cpus: "0.5", tmpfs: {/run: ""}}}',
  'defaults: {ttl: 1h30m, max_ttl: 8760h}',
  'worker: {listen_addr: "[::]:7430", control_plane_url: "https://a.example"}',
];
const INVALID = [
  'server: {prot: 80}',
  'serve: {port: 80}',
  'server: {port: "80"}',
  'server: {port: 65536}',
  'server: [80]',
  'auth: {worker_tokens: {a: ""}}',
  'auth: {api_key: " "}',
  'auth: {api_key_file: ""}',
  'providers: {docker: {memory: lots, enabled: yes}}',
  'defaults: {ttl: -1h}',
  'defaults: {ttl: 1ms}',
  'defaults: {ttl: 9000h}',
  'worker: {listen_addr: "7430"}',
  'logging: {level: loud}',
];

describe('settingsSchema', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const [name, { matches }] of Object.entries(TEXT_FORMATS))
    ajv.addFormat(name, (text) => text === '' || matches(text));
  for (const [keyword, keeps] of [
    [MIN_DURATION, (value: number, limit: number) => value >= limit],
    [MAX_DURATION, (value: number, limit: number) => value <= limit],
  ] as const) {
    ajv.addKeyword({
      keyword,
      type: 'string',
      validate: (limit: string, text: string) =>
        !new RegExp(DURATION_PATTERN).test(text) || keeps(parseDuration(text), parseDuration(limit)),
    });
  }
  const validate = ajv.compile(settingsSchema());
  let scratch: SettingsScratch;
  before(() => {
    scratch = new SettingsScratch();
  });
  after(() => scratch.remove());

  it('is a JSON Schema of draft 07', () => {
    expect(ajv.validateSchema(settingsSchema())).to.equal(true);
    expect(settingsSchema()).to.include({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'stacyvm.yaml',
    });
  });

  it('knows every key, explains it, and knows no other', () => {
    for (const key of KNOWN_KEYS.keys()) {
      expect(at(key), key).to.include({ title: key });
      expect(String(at(key)['description']), key).to.match(/\.$/);
    }
    const leaves = (section: Section, path: string): readonly string[] =>
      Object.entries(section.properties ?? {}).flatMap(([name, inner]) =>
        inner.properties === undefined ? [`${path}${name}`] : leaves(inner, `${path}${name}.`),
      );
    expect(leaves(settingsSchema() as Section, '')).to.have.members([...KNOWN_KEYS.keys()]);
  });

  it('has the defaults, the ranges and the choices', () => {
    expect(at('server.port')).to.include({ type: 'integer', default: 7423, minimum: 0, maximum: 65_535 });
    expect(at('logging.level')['enum']).to.deep.equal(['debug', 'info', 'warn', 'error']);
    expect(at('defaults.ttl')).to.include({ default: '30m', [MIN_DURATION]: '1s', [MAX_DURATION]: '8760h' });
    expect(at('server.tls')['additionalProperties']).to.equal(false);
  });

  it('accepts its own defaults, in whose range they are', () => {
    for (const [key, { default: value }] of Object.entries(SETTINGS)) {
      if (value === undefined) continue;
      const names = key.split('.').toReversed();
      const document = names.reduce<unknown>((inner, name) => ({ [name]: inner }), value);
      expect(validate(document), key).to.equal(true);
    }
  });

  it('accepts what a load accepts', () => {
    scratch.write('key', 'x');
    for (const text of VALID) {
      expect(validate(text === '' ? {} : load(text)), text).to.equal(true);
      if (!text.includes('/run/')) scratch.loadText(text);
    }
  });

  it('refuses what a load refuses', () => {
    for (const text of INVALID) {
      expect(validate(load(text)), text).to.equal(false);
      expect(scratch.problemsOfText(text), text).not.to.have.length(0);
    }
  });

  it('has the grammar of durations', () => {
    const pattern = new RegExp(DURATION_PATTERN);
    const part = fc.tuple(
      fc.constantFrom('1', '0', '1.5', '.5', '2.', '', '.', '1.2.3'),
      fc.constantFrom('ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'd', '', ' '),
    );
    const text = fc
      .tuple(fc.constantFrom('', '+'), fc.array(part, { maxLength: 4 }))
      .map(([sign, parts]) => sign + parts.flat().join(''));
    fc.assert(
      fc.property(text, (duration) => {
        let parses = true;
        try {
          parseDuration(duration);
        } catch {
          parses = false;
        }
        expect(pattern.test(duration), duration).to.equal(parses);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has keys whose variables can be set in a shell', () => {
    for (const key of KNOWN_KEYS.keys()) expect(environmentName(key)).to.match(/^STACYVM_[A-Z0-9_]+$/);
  });
});
