import { X509Certificate } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { certificateThumbprint } from '@stacyvm/token';
import { CommandFailure } from '../failure.js';

/** A chain of some certificates is a tenth of this. */
const FILE_LIMIT_BYTES = 64 * 1024;

/**
 * What a token is bound to the first certificate of a file by, which is in PEM or DER.
 *
 * @param option the one that names the file, for messages
 * @throws CommandFailure
 */
export async function readCertificateThumbprint(option: string, path: string): Promise<string> {
  const content = await readStart(option, path);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(content);
  } catch {
    throw new CommandFailure(`${option}: ${path} holds no certificate; give one in PEM or DER`);
  }
  return certificateThumbprint(certificate.raw);
}

async function readStart(option: string, path: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(FILE_LIMIT_BYTES), 0, FILE_LIMIT_BYTES);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CommandFailure(`${option}: ${path} cannot be read (${code})`);
  } finally {
    await file?.close();
  }
}
