import { expect } from 'chai';
import { isTokenId, isWorkerAudience, isWorkerId, isWorkerScope } from '../src/index.js';

const cases: ReadonlyArray<readonly [(value: unknown) => boolean, readonly unknown[], readonly unknown[]]> = [
  [
    isWorkerId,
    ['a', '7', 'worker-a', 'rack-7.eu-west_1', 'w'.repeat(128)],
    [
      '',
      '-a',
      '.a',
      '_a',
      'a b',
      ' a',
      'a\n',
      'w'.repeat(129),
      'wörker',
      'a/b',
      'a:b',
      ['a'],
      7,
      null,
      undefined,
    ],
  ],
  [
    isTokenId,
    ['!', '~', 'jti-1', "it's", '{}', 'j'.repeat(128)],
    ['', ' ', 'a b', 'a"', 'a\\', 'a\n', '\u007f', 'é', 'j'.repeat(129), ['a'], 1, null, undefined],
  ],
  [
    isWorkerAudience,
    ['worker:control-plane', 'worker:rpc'],
    ['', 'worker', 'WORKER:RPC', ' worker:rpc', ['worker:rpc'], undefined],
  ],
  [
    isWorkerScope,
    ['worker:heartbeat', 'worker:lease'],
    ['', '*', 'worker:*', 'worker:shutdown', 'constructor', undefined],
  ],
];

for (const [predicate, accepted, refused] of cases) {
  describe(predicate.name, () => {
    for (const value of accepted) {
      it(`accepts ${JSON.stringify(value)}`, () => expect(predicate(value)).to.equal(true));
    }
    for (const value of refused) {
      it(`refuses ${JSON.stringify(value)}`, () => expect(predicate(value)).to.equal(false));
    }
  });
}
