import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

describe('node-jose', () => {
  it('is imported by one file, so that it can be replaced in an afternoon', () => {
    const source = new URL('../../src/', import.meta.url);
    const importers = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /from 'node-jose|import\('node-jose|require\('node-jose/.test(
          readFileSync(new URL(name, source), 'utf8'),
        ),
      );
    expect(importers).to.deep.equal(['jose/node-jose-verify.ts']);
  });
});
