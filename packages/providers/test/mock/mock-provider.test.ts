import { expect } from 'chai';
import { createMockProvider } from '../../src/index.js';
import { describeProviderConformance } from '../conformance.js';
import { describeFilesConformance } from '../files-conformance.js';
import { run, spec } from '../sandbox-run.js';

describeProviderConformance('mock', async () => {
  const provider = createMockProvider();
  return { provider, dispose: () => provider.close() };
});

describeFilesConformance('mock', async () => {
  const provider = createMockProvider();
  return { provider, dispose: () => provider.close() };
});

describe('createMockProvider', () => {
  it('says that it is for tests', () => {
    expect(createMockProvider().capabilities()).to.include('test_provider');
    expect(createMockProvider().capabilities()).not.to.include('userspace_isolation');
  });

  it('takes its images and its clock from the test', async () => {
    const createdAt = new Date('2030-01-02T03:04:05Z');
    const provider = createMockProvider({ images: ['host', 'mine'], clock: () => createdAt });
    expect(provider.images()).to.deep.equal(['host', 'mine']);
    expect((await provider.spawn(spec('sb', { image: 'mine' }))).createdAt).to.equal(createdAt);
  });

  const lines: ReadonlyArray<readonly [line: string, stdout: string, exitCode: number]> = [
    ['false || echo or', 'or\n', 0],
    ['false && echo and', '', 1],
    ['true && echo and', 'and\n', 0],
    ['false; echo next', 'next\n', 0],
    ['exit 7; echo never', '', 7],
    [`echo 'a  $HOME' "b $HOME" c\\ d`, 'a  $HOME b /workspace c d\n', 0],
    ['sh -c "exit 4"', '', 4],
    ['printf "x\\ny"', 'x\ny', 0],
    ['sleep 0', '', 0],
    ['printenv NOPE', '', 1],
    ['rm -rf /', '', 127],
  ];
  for (const [line, stdout, exitCode] of lines) {
    it(`plays ${JSON.stringify(line)}`, async () => {
      const provider = createMockProvider();
      await provider.spawn(spec('sb'));
      expect(await run(provider, 'sb', line)).to.include({ stdout, exitCode });
    });
  }
});
