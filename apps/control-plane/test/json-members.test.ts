import { expect } from 'chai';
import fc from 'fast-check';
import { repeatsMember } from '../src/json-members.js';

describe('repeatsMember', () => {
  const texts: readonly (readonly [text: string, repeats: boolean])[] = [
    ['{"a":1,"a":2}', true],
    ['{"a":1,"\\u0061":2}', true],
    ['{"a" :1,"b":2,"a"\n:3}', true],
    ['[{"a":{"b":1,"b":1}}]', true],
    ['{"a":{"x":1},"b":{"x":1}}', false],
    ['{"a":"a","b":"a"}', false],
    ['{"a":["a","a"]}', false],
    ['{"a":"\\"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}', false],
    ['{"a\\\\":1,"a":2}', false],
    ['{"__proto__":1,"constructor":2}', false],
    ['{"__proto__":1,"__proto__":2}', true],
    ['', false],
    ['{"a', false],
    ['"a":1,"a":2', false],
    [']]]{"a":1', false],
  ];
  for (const [text, repeats] of texts) {
    it(`${repeats ? 'finds' : 'finds none'} in ${text}`, () => {
      expect(repeatsMember(text)).to.equal(repeats);
    });
  }

  it('finds none in what JSON.stringify writes, and finds any member that is added once more', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (object, index) => {
        const text = JSON.stringify(object, undefined, index % 3);
        expect(repeatsMember(text)).to.equal(false);
        const names = Object.keys(object);
        const again = JSON.stringify(names[index % names.length]);
        expect(repeatsMember(`{${again}:0,${text.slice(text.indexOf('{') + 1)}`)).to.equal(true);
      }),
    );
  });

  it('takes time that grows with the text alone', () => {
    const hostile = [
      '{"a":'.repeat(500_000),
      `{"a":"${'\\\\'.repeat(1_000_000)}","b":"${'\\"'.repeat(1_000_000)}"}`,
      `{${Array.from({ length: 200_000 }, (_, index) => `"k${index}":1`).join()}}`,
      `{"a"${' '.repeat(3_000_000)}`,
    ];
    const began = performance.now();
    for (const text of hostile) expect(repeatsMember(text)).to.equal(false);
    expect(performance.now() - began).to.be.below(15_000);
  });
});
