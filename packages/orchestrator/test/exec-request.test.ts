import { expect } from 'chai';
import { resolveExecRequest } from '../src/exec-request.js';
import type { ExecRequest } from '../src/index.js';
import { refusal } from './rejection.js';

const limits = { defaultTimeoutMs: 60_000, maxTimeoutMs: 600_000 };

describe('resolveExecRequest', () => {
  it('takes the default timeout when none is asked for', () => {
    expect(resolveExecRequest({ command: 'ls' }, limits)).to.deep.equal({ command: 'ls', timeoutMs: 60_000 });
    expect(resolveExecRequest({ command: 'ls', timeout: '' }, limits).timeoutMs).to.equal(60_000);
  });

  it('takes the maximum when there is no default', () => {
    const noDefault = { ...limits, defaultTimeoutMs: 0 };
    expect(resolveExecRequest({ command: 'ls' }, noDefault).timeoutMs).to.equal(600_000);
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
    expect(resolveExecRequest({ ...request, timeout: '10m' } as ExecRequest, limits)).to.deep.equal({
      ...request,
      timeoutMs: 600_000,
    });
  });

  it('takes an empty command for the shell', () => {
    expect(resolveExecRequest({ command: '' }, limits).command).to.equal('');
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
      const error = refusal(() => resolveExecRequest(request, limits));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(text);
    });
  }
});
