import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import {
  createKeyring,
  deriveWorkerKey,
  mintWorkerToken,
  verifyWorkerToken,
  WorkerTokenError,
} from '../src/index.js';
import { FOREIGN_KEY, MASTER_KEY, NOW, signPayload } from './token-fixture.js';

// FUZZ_SEED repeats a run that failed.
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 32));

/** Deterministic numbers from 0 to below a limit (a 32-bit xorshift generator). */
function createDice(start: number): (limit: number) => number {
  let state = (start ^ 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

const alphabet =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \t\n\0"\\{}[],:\u00e9\u2028\ud800';
const jsonParts = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\u',
    '\\ud800',
    'null',
    'true',
    '-0',
    '1.0',
    '1e3',
    '0',
    '9007199254740992',
  ],
  ...[
    '"worker_id"',
    '"exp"',
    '"iat":0',
    '"nbf":1',
    '"aud":"worker:rpc"',
    '"scopes":[]',
    '"worker-b"',
    ' ',
    '\u00e9',
  ],
];

type Dice = ReturnType<typeof createDice>;
const pick = <Item>(dice: Dice, items: ArrayLike<Item>): Item => items[dice(items.length)]!;

function mutate(text: string, dice: Dice, parts: ArrayLike<string>): string {
  let result = text;
  for (let change = dice(3); change >= 0; change -= 1) {
    const at = dice(result.length + 1);
    const before = result.slice(0, at);
    switch (dice(6)) {
      case 0:
        result = before + pick(dice, parts) + result.slice(at + 1);
        break;
      case 1:
        result = before + pick(dice, parts) + result.slice(at);
        break;
      case 2:
        result = before + result.slice(at + 1 + dice(4));
        break;
      case 3: {
        const end = at + dice(40);
        result = before + result.slice(at, end) + result.slice(at, end) + result.slice(end);
        break;
      }
      case 4:
        result = before;
        break;
      default: {
        const from = dice(result.length + 1);
        result = before + result.slice(from, from + dice(40)) + result.slice(at);
      }
    }
  }
  return result;
}

describe(`fuzzing with FUZZ_SEED=${seed}`, function () {
  // Some seconds of work, and as many times that as other programs leave little of the processor.
  this.timeout(120_000);
  const dice = createDice(seed);
  const keyring = createKeyring({ active: MASTER_KEY });
  const options = { keyring, audience: 'worker:control-plane', now: NOW } as const;
  const claims = {
    workerId: 'worker-a',
    audience: 'worker:control-plane',
    ttlSeconds: 300,
    now: NOW,
  } as const;
  const tokens = [MASTER_KEY, deriveWorkerKey(MASTER_KEY, 'worker-a'), FOREIGN_KEY].map(
    (key) => mintWorkerToken({ ...claims, key, tokenId: 'jti-1', scopes: ['worker:lease'] }).token,
  );
  const payload = Buffer.from(tokens[0]!.split('.')[1]!, 'base64url').toString('utf8');
  const trim = (text: string) => text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');

  /** The code of the refusal, or undefined if the token was accepted. */
  function refusalCode(token: string): string | undefined {
    try {
      verifyWorkerToken(token, options);
      return undefined;
    } catch (error) {
      if (error instanceof WorkerTokenError) return error.code;
      throw new Error(`FUZZ_SEED=${seed}: ${JSON.stringify(token)} threw ${String(error)}`, { cause: error });
    }
  }

  it('accepts none of 200,000 changed tokens', () => {
    const codes: Record<string, number> = {};
    let tried = 0;
    while (tried < 200_000) {
      const token =
        dice(4) === 0
          ? signPayload(mutate(payload, dice, jsonParts), FOREIGN_KEY)
          : mutate(pick(dice, tokens), dice, alphabet);
      if (tokens.slice(0, 2).includes(trim(token))) continue;
      tried += 1;
      const code = refusalCode(token);
      if (code === undefined) expect.fail(`FUZZ_SEED=${seed}: accepted ${JSON.stringify(token)}`);
      codes[code] = (codes[code] ?? 0) + 1;
    }
    expect(Object.keys(codes).sort()).to.deep.equal(['bad_signature', 'malformed']);
    expect(Math.min(...Object.values(codes))).to.be.greaterThan(10_000);
  });

  it('accepts of 50,000 changed and signed payloads only those that JSON.parse reads alike', () => {
    let accepted = 0;
    const codes = new Set<string>();
    for (let tried = 0; tried < 50_000; tried += 1) {
      const json = mutate(payload, dice, jsonParts);
      const code = refusalCode(signPayload(json));
      if (code !== undefined) {
        codes.add(code);
        continue;
      }
      accepted += 1;
      const parsed = JSON.parse(json);
      const label = `FUZZ_SEED=${seed}: ${json}`;
      const verified = verifyWorkerToken(signPayload(json), options);
      expect(verified.workerId, label).to.equal(parsed.worker_id);
      expect(verified.tokenId, label).to.equal(parsed.jti);
      expect(verified.expiresAt.getTime(), label)
        .to.equal(parsed.exp * 1000)
        .and.greaterThan(NOW);
      expect(parsed.aud, label).to.equal('worker:control-plane');
    }
    expect(accepted).to.be.greaterThan(50);
    expect([...codes]).to.include.members([
      'malformed',
      'missing_claim',
      'invalid_claim',
      'audience_mismatch',
    ]);
  });
});
