// Runs a Node program in the foreground: signals go through, and its exit code comes back.
import { spawn } from 'node:child_process';

/** @returns {Promise<number>} the exit code; 128 + 1 when a signal ended the program */
export function runNode(args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(code ?? 129);
    });
  });
}
