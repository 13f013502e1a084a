import { expect } from 'chai';
import { createKeyring, verifyWorkerToken, WorkerTokenError } from '../src/index.js';
import { MASTER_KEY, NOW, PREVIOUS_KEY, signPayload, signSegment } from './token-fixture.js';

const LONGEST_SEGMENT = 8192 - 'stacyvm-worker-v1..'.length - 43;
const LONGEST_PAYLOAD = Math.floor((LONGEST_SEGMENT * 3) / 4);

/** As many repetitions as fit into the longest payload between two texts. */
const fill = (before: string, part: string, after: string) =>
  before + part.repeat(Math.floor((LONGEST_PAYLOAD - before.length - after.length) / part.length)) + after;

const names = (form: (index: number) => string) => {
  let text = '{';
  for (let index = 0; text.length < LONGEST_PAYLOAD - 20; index += 1)
    text += `${index === 0 ? '' : ','}${form(index)}`;
  return `${text}}`;
};

const payloads: Readonly<Record<string, string>> = {
  'open brackets': fill('', '[', ''),
  'open objects': fill('', '{"":', ''),
  'nests of the allowed depth': fill('{"x":[0', `,${'['.repeat(30)}${']'.repeat(30)}`, ']}'),
  'escaped characters': fill('{"x":"', '\\u0041', '"}'),
  'escaped pairs': fill('{"x":"', '\\ud83d\\ude00', '"}'),
  'short escapes': fill('{"x":"', '\\n', '"}'),
  'white space': fill('{', ' ', '}'),
  'white space after every sign': fill('{"x":[0', ' , 0', ']}'),
  'a long string': fill('{"x":"', 'e', '"}'),
  'a string without an end': fill('{"x":"', 'a', ''),
  'a long integer': fill('{"worker_id":"a","jti":"a","aud":"a","iat":1,"exp":', '9', '}'),
  'a long fraction': fill('{"exp":1.', '0', '1}'),
  'a long exponent': fill('{"exp":1e', '0', '1}'),
  'a number that breaks off': fill('{"exp":', '1', '.}'),
  'many names': names((index) => `"${index.toString(36)}":0`),
  'many escaped names': names((index) => `"\\u0061${index.toString(36)}":0`),
  'many empty objects': fill('{"x":[{}', ',{}', ']}'),
  'many scopes': fill('{"worker_id":"a","jti":"a","aud":"a","iat":1,"exp":2,"scopes":["a"', ',"a"', ']}'),
};

const tokens: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(payloads).map(([name, json]) => [`a payload of ${name}`, signPayload(json)]),
  ),
  ...Object.fromEntries(
    Object.entries(payloads).map(([name, json]) => [
      `a payload of ${name}, signed by nobody`,
      signPayload(json.replace('{', '{"worker_id":"worker-a",').slice(0, LONGEST_PAYLOAD), 'x'.repeat(32)),
    ]),
  ),
  'dots alone': '.'.repeat(8192),
  'dots after the prefix': `stacyvm-worker-v1${'.'.repeat(8192 - 17)}`,
  'characters outside the alphabet': signSegment('='.repeat(LONGEST_SEGMENT)),
  'characters outside ASCII': signSegment('\u20ac'.repeat(LONGEST_SEGMENT)),
  'one wrong character at the end': signSegment(`${'A'.repeat(LONGEST_SEGMENT - 1)}=`),
};

describe('verifyWorkerToken with the longest hostile tokens', () => {
  const options = {
    keyring: createKeyring({ active: MASTER_KEY, verifyOnly: [PREVIOUS_KEY] }),
    audience: 'worker:rpc',
    now: NOW,
  } as const;

  /** Of the least of many runs: what the work takes, whatever else the machine does. */
  function leastMilliseconds(token: string, runs: number): number {
    return Math.min(...Array.from({ length: runs }, () => milliseconds(token)));
  }

  function milliseconds(token: string): number {
    const started = performance.now();
    try {
      verifyWorkerToken(token, options);
    } catch (error) {
      if (!(error instanceof WorkerTokenError)) throw error;
    }
    return performance.now() - started;
  }

  for (const [name, token] of Object.entries(tokens)) {
    it(`takes less than a millisecond for ${name}`, () => {
      expect(token.length).to.be.within(4000, 8192);
      expect(leastMilliseconds(token, 41)).to.be.lessThan(1);
    });
  }

  it('does not read a token that is far too long', () => {
    const token = Buffer.alloc(10_000_000, 'a').toString('latin1');
    expect(leastMilliseconds(token, 11)).to.be.lessThan(1);
  });
});
