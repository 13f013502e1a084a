import { expect } from 'chai';
import { CommandFailure } from '../src/failure.js';
import { ignoredRules } from '../src/lint/ignored-rules.js';

describe('ignoredRules', () => {
  it('reads ids and reasons, which may hold the separator', () => {
    expect([...ignoredRules(['a.b=why', 'c= x=y '])]).to.deep.equal([
      ['a.b', 'why'],
      ['c', 'x=y'],
    ]);
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no reason', ['a.b'], /--ignore a\.b needs a reason/],
    ['a blank reason', ['a.b= '], /needs a reason/],
    ['a rule twice', ['a.b=x', 'a.b=y'], /given more than once/],
    ['that the configuration loads', ['config=x'], /cannot be ignored/],
  ];
  for (const [name, texts, message] of wrong) {
    it(`refuses ${name} as wrong use`, () => {
      expect(() => ignoredRules(texts))
        .to.throw(CommandFailure, message)
        .with.property('exitCode', 2);
    });
  }
});
