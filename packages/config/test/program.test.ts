import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { ConfigError, type ProgramHost, runProgram } from '../src/index.js';

class FakeProcess implements ProgramHost {
  readonly signals = new EventEmitter();
  readonly ended = new EventEmitter();
  readonly errors: string[] = [];
  readonly codes: number[] = [];
  readonly on = (event: string, listener: () => void): unknown => this.signals.on(event, listener);
  readonly exit = (code: number): void => {
    this.codes.push(code);
    this.ended.emit('exit');
  };
  readonly printError = (text: string): void => {
    this.errors.push(text);
  };
}

describe('runProgram', () => {
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) {
    it(`stops the program in an orderly way on ${event} and exits with 0`, async () => {
      const host = new FakeProcess();
      let stopped = 0;
      await runProgram(
        async () => ({
          stop: async () => {
            stopped += 1;
          },
        }),
        host,
      );
      const ended = once(host.ended, 'exit');
      host.signals.emit(event);
      await ended;
      expect([stopped, host.codes]).to.deep.equal([1, [0]]);
    });
  }

  it('waits for a start that is under way before it stops', async () => {
    const host = new FakeProcess();
    const order: string[] = [];
    let finishStart = (): void => undefined;
    const running = runProgram(async () => {
      await new Promise<void>((resolve) => {
        finishStart = resolve;
      });
      order.push('started');
      return { stop: async () => void order.push('stopped') };
    }, host);
    host.signals.emit('SIGTERM');
    const ended = once(host.ended, 'exit');
    finishStart();
    await running;
    await ended;
    expect(order).to.deep.equal(['started', 'stopped']);
  });

  it('takes the echo of one Ctrl-C for one signal', async () => {
    const host = new FakeProcess();
    let stopped = 0;
    await runProgram(
      async () => ({
        stop: async () => {
          stopped += 1;
        },
      }),
      host,
    );
    const ended = once(host.ended, 'exit');
    host.signals.emit('SIGINT');
    host.signals.emit('SIGINT');
    await ended;
    expect([stopped, host.codes]).to.deep.equal([1, [0]]);
  });

  it('exits with 1 and the message when the start fails', async () => {
    const host = new FakeProcess();
    await runProgram(() => Promise.reject(new Error('no database')), host);
    expect([host.codes, host.errors]).to.deep.equal([[1], ['no database']]);
  });

  it('exits with 2 when it was called wrongly', async () => {
    const host = new FakeProcess();
    const wrong = new ConfigError('invalid', [
      { code: 'usage', key: 'arguments', origin: { kind: 'flag', name: 'command line' }, message: 'stray' },
    ]);
    await runProgram(() => Promise.reject(wrong), host);
    expect(host.codes).to.deep.equal([2]);
  });

  it('says what to do about a port that cannot be had', async () => {
    const host = new FakeProcess();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await runProgram(async () => {
      await once(createServer().listen(port, '127.0.0.1'), 'listening');
      return undefined;
    }, host);
    taken.close();
    expect(host.codes).to.deep.equal([1]);
    expect(host.errors[0]).to.match(
      /EADDRINUSE.*; another program listens there: stop it, or set server\.port/,
    );
  });

  it('exits with 1 when the stop fails', async () => {
    const host = new FakeProcess();
    await runProgram(async () => ({ stop: () => Promise.reject(new Error('stuck')) }), host);
    const ended = once(host.ended, 'exit');
    host.signals.emit('SIGTERM');
    await ended;
    expect([host.codes, host.errors]).to.deep.equal([[1], ['stopping failed: stuck']]);
  });
});
