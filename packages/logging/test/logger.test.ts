import { Writable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import * as logging from '../src/index.js';
import { createLogger, formatPretty, REDACTED, redact, redactText } from '../src/index.js';

const marker = 'MARKER-7f3a9c';
const token = `stacyvm-worker-v1.${marker}.${marker}`;

const capture = (): { readonly lines: () => readonly string[]; readonly destination: Writable } => {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { destination, lines: () => text.split('\n').slice(0, -1) };
};

describe('createLogger', () => {
  const clock = (): Date => new Date('2026-05-09T10:00:00.000Z');

  it('writes one JSON object a line', () => {
    const { destination, lines } = capture();
    createLogger({ level: 'info', format: 'json', service: 'worker', destination, clock }).info('ready', {
      port: 7,
    });
    expect(lines().map((line) => JSON.parse(line))).to.deep.equal([
      { time: '2026-05-09T10:00:00.000Z', level: 'info', service: 'worker', message: 'ready', port: 7 },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { destination, lines } = capture();
    const logger = createLogger({ level: 'warn', format: 'json', service: 'worker', destination });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines().map((line) => JSON.parse(line).message)).to.deep.equal(['c', 'd']);
  });

  it('keeps secrets out of messages, fields, errors and causes', () => {
    const { destination, lines } = capture();
    const logger = createLogger({ level: 'debug', format: 'json', service: 'worker', destination });
    const cause = new Error(`postgres://user:${marker}@db/x refused`);
    logger.error(`failed with ${token}`, {
      apiKey: marker,
      worker_signing_key: marker,
      nested: { list: [{ password: marker }], url: `https://u:${marker}@host/` },
      error: new Error(`Bearer ${marker}`, { cause }),
    });
    expect(lines().join('\n')).not.to.contain(marker);
    expect(lines().join('\n')).to.contain(REDACTED);
  });
});

describe('redact', () => {
  const secrets: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
    ['token', { token: marker }],
    ['worker_tokens', { worker_tokens: { a: marker } }],
    ['signingKey', { signingKey: marker }],
    ['x-api-key', { 'x-api-key': marker }],
    ['adminApiKey', { adminApiKey: marker }],
    ['authorization', { authorization: marker }],
    ['dsn', { dsn: marker }],
    ['stdin', { stdin: marker }],
  ];
  for (const [name, value] of secrets) {
    it(`takes out the member ${name}`, () => {
      expect(JSON.stringify(redact(value))).not.to.contain(marker);
    });
  }

  it('keeps what only sounds like a secret', () => {
    const value = { token_id: 'abc', key_fingerprint: '0123', token_file: '/run/token', tokens_verified: 3 };
    expect(redact(value)).to.deep.equal(value);
  });

  it('ends on values that contain themselves', () => {
    const value: Record<string, unknown> = {};
    value['self'] = value;
    expect(JSON.stringify(redact(value))).to.contain('[deep]');
  });
});

describe('redactText', () => {
  const texts: readonly string[] = [
    `token ${token}`,
    `join token stacyvm-join-v1.${marker}`,
    `Authorization: Bearer ${marker}`,
    `x-api-key: ${marker}`,
    `postgres://app:${marker}@db:5432/stacyvm`,
    `password=${marker}`,
    `password: "${marker} and more"`,
    `STACYVM_AUTH_API_KEY=${marker}`,
    `auth.worker_signing_key = '${marker}'`,
    `https://host/?token=${marker}&a=b`,
    `Authorization: Basic ${marker}`,
    `Cookie: session=${marker}`,
    `{"worker_token":"${marker}\\"${marker}"}`,
    `{"body":"{\\"api_key\\":\\"${marker}\\"}"}`,
    `-----BEGIN EC PRIVATE KEY-----\n${marker}\n-----END EC PRIVATE KEY-----`,
  ];
  for (const text of texts) {
    it(`takes the secret out of ${text.split(marker)[0]}`, () => {
      expect(redactText(text)).not.to.contain(marker);
    });
  }
});

describe('redactText on a text of JSON', () => {
  const parts = fc.constantFrom(
    'password=',
    'token=',
    '"api_key":',
    '\\"',
    '"',
    '\\',
    'https://',
    '@',
    'x-api-key: ',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
    ' ',
    '\n',
    'abcdefgh',
  );
  const texts = fc.array(parts, { maxLength: 12 }).map((list) => list.join(''));

  it('leaves JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, fc.array(texts, { maxLength: 3 })), (value) => {
        JSON.parse(redactText(JSON.stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  for (const part of [
    'password=',
    'a_',
    'a://',
    '"token":"',
    '\\"',
    '-----BEGIN PRIVATE KEY-----',
    'bearer ',
  ]) {
    it(`takes time in proportion to the length of repeated ${JSON.stringify(part)}`, () => {
      const started = performance.now();
      redactText(part.repeat(200_000 / part.length));
      expect(performance.now() - started).to.be.lessThan(2_000);
    });
  }
});

describe('@stacyvm/logging', () => {
  it('exports exactly its public values', () => {
    expect(Object.keys(logging).sort()).to.deep.equal([
      'REDACTED',
      'REDACTION_RULES',
      'createLogger',
      'formatPretty',
      'redact',
      'redactText',
    ]);
  });
});

describe('formatPretty', () => {
  it('prints the time of day, the level, the message and the fields', () => {
    const record = {
      time: '2026-05-09T10:00:00.123Z',
      level: 'warn',
      service: 's',
      message: 'slow',
      took: '3 s',
      n: 2,
    };
    expect(formatPretty(record)).to.equal('10:00:00.123 WARN  slow took="3 s" n=2');
  });
});
