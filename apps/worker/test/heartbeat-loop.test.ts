import { ControlPlaneError, type HeartbeatReply } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { type HeartbeatLoop, startHeartbeatLoop } from '../src/heartbeat-loop.js';
import { eventually } from './eventually.js';
import { captureLogs } from './log-capture.js';

const REPLY: HeartbeatReply = { drain: false, release: [] };

describe('the heartbeat loop', () => {
  let loop: HeartbeatLoop | undefined;
  afterEach(() => loop?.stop());

  function start(send: (signal: AbortSignal) => Promise<HeartbeatReply>, intervalMs = 1) {
    const logs = captureLogs();
    const replies: HeartbeatReply[] = [];
    loop = startHeartbeatLoop({
      send,
      onReply: async (reply) => void replies.push(reply),
      intervalMs,
      logger: logs.logger,
      random: () => 0,
    });
    return { logs, replies, loop };
  }

  it('sends one after the other and hands every answer on', async () => {
    let underWay = 0;
    const { replies, loop: running } = start(async () => {
      underWay += 1;
      expect(underWay).to.equal(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return REPLY;
    });
    await running.registered;
    await eventually(() => expect(replies.length).to.be.greaterThan(5));
  });

  it('goes on after failures, tells each, and tells when it is over', async () => {
    let count = 0;
    const { logs, loop: running } = start(async () => {
      count += 1;
      if (count === 1) {
        throw new ControlPlaneError('unauthorized', 'control plane: HTTP 401', {
          status: 401,
          reason: 'token_expired',
        });
      }
      return REPLY;
    });
    await running.registered;
    expect(logs.text()).to.match(/"heartbeat failed".*"failed_heartbeats":1.*"reason":"token_expired"/);
    expect(logs.text()).to.contain('control plane reached again');
  });

  it('pauses longer after every failure', async () => {
    const times: number[] = [];
    start(() => {
      times.push(performance.now());
      return Promise.reject(new Error('away'));
    });
    await eventually(() => expect(times.length).to.be.at.least(4));
    const [first = 0, second = 0, third = 0, fourth = 0] = times;
    expect(second - first).to.be.at.least(150);
    expect(third - second).to.be.at.least(330);
    expect(fourth - third).to.be.at.least(700);
  });

  it('follows the pace of the control plane when it has none of its own', async () => {
    const times: number[] = [];
    start(async () => {
      times.push(performance.now());
      return { ...REPLY, nextHeartbeatMs: 250 };
    }, 0);
    await eventually(() => expect(times.length).to.be.at.least(3));
    expect((times[2] ?? 0) - (times[0] ?? 0)).to.be.at.least(450);
  });

  for (const nextHeartbeatMs of [0, 1e300, Number.MAX_SAFE_INTEGER]) {
    it(`is not made to flood by the pace ${nextHeartbeatMs}`, async () => {
      let count = 0;
      const { loop: running } = start(async () => {
        count += 1;
        return { ...REPLY, nextHeartbeatMs };
      }, 0);
      await running.registered;
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      await running.stop();
      expect(count).to.equal(1);
    });
  }

  it('stops at once, in a pause and in a call', async () => {
    const paused = start(async () => REPLY, 60_000);
    await paused.loop.registered;
    await paused.loop.stop();

    const calling = start(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    await calling.loop.stop();
    expect(calling.logs.text()).not.to.contain('heartbeat failed');
  });
});
