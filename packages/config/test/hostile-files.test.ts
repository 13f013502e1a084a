import { expect } from 'chai';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { ConfigError, SETTINGS, type SettingKey } from '../src/index.js';
import { SettingsScratch } from './settings-scratch.js';

const QUARTER = 256 * 1024;
const WHOLE = 1024 * 1024;

const repeat = (unit: string) => (bytes: number) => unit.repeat(Math.floor(bytes / unit.length));
const within = (before: string, unit: string, after: string) => (bytes: number) =>
  before + repeat(unit)(bytes - before.length - after.length) + after;

/** Texts that are made to cost time, by length. */
const SHAPES: Readonly<Record<string, (bytes: number) => string>> = {
  'open lists': repeat('['),
  'open maps': repeat('{a: '),
  'compact lists': repeat('- '),
  'complex keys': repeat('? '),
  anchors: repeat('a: &a\n'),
  'uses of one alias': within('a: &a x\nb: [', '*a, ', ']\n'),
  tags: repeat('!!a '),
  tabs: repeat('\t'),
  'NUL bytes': repeat('\0'),
  'empty lines': repeat('\n'),
  comments: repeat('# x\n'),
  'one long comment': (bytes) => `#${'x'.repeat(bytes - 1)}`,
  'one long key': (bytes) => `${'k'.repeat(bytes - 3)}: 1`,
  'one long text': within('server:\n  host: "', 'x', '"\n'),
  'one long duration': within('defaults:\n  ttl: "', '1h', '"\n'),
  'one long duration that is none': within('defaults:\n  ttl: "', '1', '"\n'),
  'one long origin': within('server:\n  cors_allowed_origins: ["https://', 'a.', '"]\n'),
  'one long host': within('worker_rpc:\n  allowed_hosts: ["', 'a.', '-"]\n'),
  'one long address': within('worker:\n  listen_addr: "', ':', '1"\n'),
  'one long URL': within('worker:\n  control_plane_url: "http://', 'a@', '"\n'),
  'white space as a secret': within('auth:\n  api_key: "', ' ', '"\n'),
  'a folded text': within('server:\n  host: >\n', '  x\n\n', ''),
  'a plain text over lines': within('server:\n  host: a\n', '    b\n', ''),
  'the same key': repeat('server:\n'),
  'keys that are none': (bytes) =>
    Array.from({ length: bytes / 16 }, (_, index) => `key_${index}: 1`)
      .join('\n')
      .slice(0, bytes),
  'lists in one line': within('server:\n  trusted_proxies: [', 'x, ', ']\n'),
  'pairs in one line': within('a: [', 'b: c, ', ']\n'),
  'keys of lists': repeat('[a]: b\n'),
  documents: repeat('---\n'),
  directives: repeat('%TAG ! !\n'),
  quotes: repeat('"'),
  escapes: within('a: "', '\\n', '"\n'),
  'keys of the prototype': repeat('__proto__: {__proto__: {}}\n'),
};

describe('hostile files', function () {
  this.timeout(60_000);
  let scratch: SettingsScratch;
  before(() => {
    scratch = new SettingsScratch();
    // What is compiled once does not count.
    accepts(dump(nest({ 'server.port': 1, 'defaults.ttl': '1m', 'auth.api_key': 'x' })));
  });
  after(() => scratch.remove());

  /** Whether the file is accepted; anything but a `ConfigError` is thrown on. */
  function accepts(content: string | Uint8Array): boolean {
    try {
      scratch.loadText(content);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.problems).not.to.have.length(0);
      return false;
    }
  }

  /** Milliseconds of processor time, which other programs do not lengthen. */
  function cost(content: string): number {
    const start = process.cpuUsage();
    accepts(content);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  }

  for (const [name, make] of Object.entries(SHAPES)) {
    it(`cost time that grows with their length: ${name}`, () => {
      const quarter = Math.min(cost(make(QUARTER)), cost(make(QUARTER)));
      const whole = Math.min(cost(make(WHOLE)), cost(make(WHOLE)));
      // Four times the length; the square of it would be sixteen times the cost.
      expect(whole, `${quarter} ms became ${whole} ms`).to.be.below(8 * quarter + 250);
    });
  }

  it('of any text are settings or a ConfigError', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom(...'server:port \n\t-[]{}#&*!|>\'"%@`,?~0\\\r\u0085\uFEFF'),
        maxLength: 200,
      }),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(texts, (text) => void accepts(text)),
      { numRuns: 400 },
    );
  });

  it('of any data are settings or a ConfigError', () => {
    const value = fc.anything({ withNullPrototype: true, maxDepth: 3, key: fc.string({ maxLength: 12 }) });
    const data = fc.dictionary(fc.constantFrom(...Object.keys(SETTINGS)), value, { maxKeys: 8 });
    fc.assert(
      fc.property(data, (values) => void accepts(dump(nest(JSON.parse(JSON.stringify(values)))))),
      { numRuns: 150 },
    );
  });

  it('that were good and lost, gained or changed a few characters are settings or a ConfigError', () => {
    const good = dump(nest(Object.fromEntries(GOOD)));
    expect(accepts(good)).to.equal(true);
    const change = fc.record({
      at: fc.nat(good.length - 1),
      removed: fc.nat(20),
      added: fc.string({ unit: fc.constantFrom(...' \n\t:-[]{}"\'#&*!|1a'), maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const text = changes.reduce(
          (before, { at, removed, added }) => before.slice(0, at) + added + before.slice(at + removed),
          good,
        );
        accepts(text);
      }),
      { numRuns: 300 },
    );
  });

  it('leave the prototype of objects alone', () => {
    const text =
      '__proto__: {polluted: 1}\nserver: {__proto__: {polluted: 1}}\nauth: {worker_tokens: {__proto__: x, constructor: y}}\n';
    expect(accepts(text)).to.equal(false);
    expect(
      accepts(
        'auth: {worker_tokens: {__proto__: x, constructor: y}}\nproviders: {bubblewrap: {images: {__proto__: /x}}}\n',
      ),
    ).to.equal(true);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('leave no names of the prototype in maps', () => {
    const { settings } = scratch.loadText('providers: {bubblewrap: {images: {a: /x}}}');
    expect(settings['providers.bubblewrap.images']['constructor']).to.equal(undefined);
  });
});

/** Every setting with its default, as far as it has one. */
const GOOD = (Object.keys(SETTINGS) as SettingKey[]).flatMap((key): [string, unknown][] =>
  SETTINGS[key].default === undefined ? [] : [[key, SETTINGS[key].default]],
);

function nest(values: Readonly<Record<string, unknown>>): unknown {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const names = key.split('.');
    const leaf = names.pop() ?? '';
    let section = root;
    for (const name of names) {
      section[name] ??= {};
      section = section[name] as Record<string, unknown>;
    }
    section[leaf] = value;
  }
  return root;
}
