import { expect } from 'chai';
import { createKeyDirectory, type KeyDirectory } from './worker-token-keys.js';

describe('stacyvm worker token conformance-responder', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  before(() => {
    keys = createKeyDirectory();
  });
  after(() => keys.remove());

  it('answers each line with a line', async () => {
    const request = {
      section: 'derive',
      id: 'd',
      master: '0123456789abcdef0123456789abcdef',
      worker_id: 'worker-a',
    };
    const input = `${JSON.stringify(request)}\n${JSON.stringify({ ...request, id: 'e', master: 'short' })}`;
    expect(await keys.token(['conformance-responder'], { input })).to.deep.equal({
      code: 0,
      stdout: `{"id":"d","derived_key":"hqq7HJ3DLU7swlNgjHrQEo1LCWiHRtnHso6MlVNkGnQ"}\n{"id":"e","ok":false,"code":"weak_key"}\n`,
      stderr: '',
    });
  });

  for (const line of ['junk', '5', 'null', '{"id":"x"}', '{"id":"x","section":"mint","key":"secret"}']) {
    it(`ends at a line that is no request, such as ${line}, without repeating it`, async () => {
      expect(await keys.token(['conformance-responder'], { input: `${line}\n` })).to.deep.equal({
        code: 1,
        stdout: '',
        stderr: 'stacyvm: line 1 is not a conformance request\n',
      });
    });
  }
});
