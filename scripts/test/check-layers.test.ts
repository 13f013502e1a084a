import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { checkLayers } from '../check-layers.mjs';

describe('check-layers', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'layers-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const store = (source: string, dependencies: Record<string, string> = {}): readonly string[] => {
    write('packages/store/package.json', JSON.stringify({ name: '@stacyvm/store', dependencies }));
    write('packages/store/src/index.ts', source);
    return checkLayers(root);
  };
  const declared = {
    '@stacyvm/token': '*',
    '@stacyvm/auth': '*',
    '@stacyvm/orchestrator': '*',
    '@stacyvm/unheard-of': '*',
    pg: '*',
  };

  const refused: ReadonlyArray<readonly [string, string, string]> = [
    ['goes up', `import { x } from '@stacyvm/orchestrator';`, 'goes up: floor 1 to floor 2'],
    ['goes sideways', `import { x } from '@stacyvm/auth';`, 'goes sideways: floor 1 to floor 1'],
    ['goes up by export', `export * from '@stacyvm/orchestrator';`, 'goes up'],
    ['goes up by a type', `import type { X } from '@stacyvm/orchestrator';`, 'goes up'],
    ['goes up when it is called', `const x = await import('@stacyvm/orchestrator');`, 'goes up'],
    ['goes up by a sub-path', `import { x } from '@stacyvm/orchestrator/inner';`, 'goes up'],
    ['is not declared', `import express from 'express';`, '"express" is not declared'],
    ['has no floor', `import { x } from '@stacyvm/unheard-of';`, 'has no floor'],
    ['leaves the package', `import { x } from '../../token/src/index.js';`, 'leaves the package'],
    ['lacks the node: prefix', `import fs from 'fs';`, 'lacks the node: prefix'],
  ];
  for (const [name, source, message] of refused) {
    it(`refuses an import that ${name}`, () => {
      const problems = store(source, declared);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.contain(message).and.contain('packages/store/src/index.ts');
    });
  }

  it('refuses a lower floor that is not declared', () => {
    expect(store(`import { x } from '@stacyvm/token';`)[0]).to.contain('is not declared');
  });

  it('refuses a test tool outside tests', () => {
    expect(store(`import { expect } from 'chai';`)[0]).to.contain('is not declared');
  });

  it('accepts lower floors, declared packages, built-ins and neighbours', () => {
    const source = `import { x } from '@stacyvm/token';\nimport pg from 'pg';\nimport fs from 'node:fs';\nimport { y } from './y.js';`;
    expect(store(source, declared)).to.deep.equal([]);
  });

  it('finds the project itself clean', () => {
    expect(checkLayers(fileURLToPath(new URL('../..', import.meta.url)))).to.deep.equal([]);
  });
});
