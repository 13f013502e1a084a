import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { settlesWithin } from '../deadline.js';
import { endProcess, identifyProcess, type ProcessIdentity } from './process-tree.js';

/** The processes that hold a sandbox's namespaces. */
export class SandboxProcess {
  /** bubblewrap, outside the sandbox. */
  readonly monitor: ProcessIdentity;
  /** Pid 1 of the sandbox, by its pid on the host. When it ends, the kernel ends every process inside. */
  readonly init: ProcessIdentity;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #running = true;

  private constructor(child: ChildProcess, monitor: ProcessIdentity, init: ProcessIdentity) {
    this.#child = child;
    this.monitor = monitor;
    this.init = init;
    this.#ended = new Promise((resolve) => {
      const end = () => {
        this.#running = false;
        child.stdin?.destroy();
        resolve();
      };
      if (child.exitCode !== null || child.signalCode !== null) end();
      else child.once('exit', end);
    });
    // An idle sandbox alone does not keep the worker's event loop going; an operation on it does.
    child.unref();
    (child.stdin as Socket | null)?.unref();
  }

  /** Undefined when one of the two processes is gone already. */
  static adopt(child: ChildProcess, initPid: number): SandboxProcess | undefined {
    const monitor = child.pid === undefined ? undefined : identifyProcess(child.pid);
    const init = identifyProcess(initPid);
    return monitor === undefined || init === undefined ? undefined : new SandboxProcess(child, monitor, init);
  }

  get running(): boolean {
    return this.#running;
  }

  /** Fulfilled when every process in the sandbox's pid namespace is gone. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Whether pid 1 still is the process that was started, and may be entered. */
  canBeEntered(): boolean {
    return this.#running && identifyProcess(this.init.pid)?.startTime === this.init.startTime;
  }

  /** Kills the sandbox. Resolves to whether everything in it is gone within the time. */
  async kill(timeoutMs: number): Promise<boolean> {
    if (this.#running) {
      this.#child.ref();
      // Not by closing its input: then the monitor could end first and leave its child to the host's init.
      if (!(await endProcess(this.init, timeoutMs))) return false;
      return await settlesWithin(timeoutMs, this.#ended);
    }
    return true;
  }
}
