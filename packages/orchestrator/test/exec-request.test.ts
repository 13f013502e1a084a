import { expect } from 'chai';
import { checkExecRequest, limitExecTimeout } from '../src/exec-request.js';
import type { ExecRequest } from '../src/index.js';
import { refusal } from './rejection.js';

const resolve = (request: ExecRequest, { defaultTimeoutMs, maxTimeoutMs } = limits) =>
  limitExecTimeout(checkExecRequest(request), defaultTimeoutMs, { ms: maxTimeoutMs, setBy: 'settings' });
const limits = { defaultTimeoutMs: 60_000, maxTimeoutMs: 600_000 };

describe('the request of an exec', () => {
  it('takes the default timeout when none is asked for', () => {
    expect(resolve({ command: 'ls' })).to.deep.equal({ command: 'ls', timeoutMs: 60_000 });
    expect(resolve({ command: 'ls', timeout: '' }).timeoutMs).to.equal(60_000);
  });

  it('takes the maximum when there is no default', () => {
    const noDefault = { ...limits, defaultTimeoutMs: 0 };
    expect(resolve({ command: 'ls' }, noDefault).timeoutMs).to.equal(600_000);
  });

  it('keeps what the request says', () => {
    const request = {
      command: 'x',
      args: ['a'],
      mode: 'argv',
      env: { A: 'b' },
      workdir: '/',
      stdin: Buffer.of(0),
    };
    expect(resolve({ ...request, timeout: '10m' } as ExecRequest)).to.deep.equal({
      ...request,
      timeoutMs: 600_000,
    });
  });

  it('takes an empty command for the shell', () => {
    expect(resolve({ command: '' }).command).to.equal('');
  });

  const refused: ReadonlyArray<readonly [string, ExecRequest, string, string]> = [
    ['no command in mode argv', { command: ' ', mode: 'argv' }, 'invalid_request', 'command: '],
    ['NUL in the command', { command: 'a\0b' }, 'invalid_request', 'command: '],
    ['NUL in an argument', { command: 'a', args: ['ok', '\0'] }, 'invalid_request', 'args: '],
    ['NUL in the environment', { command: 'a', env: { A: '\0' } }, 'invalid_request', 'env: '],
    ['NUL in the directory', { command: 'a', workdir: '/\0' }, 'invalid_request', 'workdir: '],
    ['a timeout that is no duration', { command: 'a', timeout: 'soon' }, 'invalid_duration', 'timeout: '],
    ['a timeout of nothing', { command: 'a', timeout: '0s' }, 'invalid_duration', 'above zero'],
    ['a timeout above the maximum', { command: 'a', timeout: '10m1ms' }, 'exec_timeout_too_long', '10m'],
  ];
  for (const [name, request, code, text] of refused) {
    it(`refuses ${name}`, () => {
      const error = refusal(() => resolve(request));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(text);
    });
  }
});
