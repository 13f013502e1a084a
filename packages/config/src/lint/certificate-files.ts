import type { KeyObject, X509Certificate } from 'node:crypto';
import { parseCertificates, parsePrivateKey } from './certificate.js';
import { AUTHORITY_FILES, CERTIFICATE_PAIRS, type CertificatePair } from './rules/certificate-settings.js';
import type { LintView } from './view.js';

/** What a file holds, or why that cannot be told. */
export type Content<T> = { readonly value: T } | { readonly unusable: string };

export interface LoadedPair extends CertificatePair {
  /** Undefined when the setting names no file. */
  readonly chain: Content<readonly X509Certificate[]> | undefined;
  readonly privateKey: Content<KeyObject> | undefined;
}

export interface LoadedAuthorities {
  readonly key: (typeof AUTHORITY_FILES)[number];
  readonly certificates: Content<readonly X509Certificate[]>;
}

export interface CertificateFiles {
  readonly pairs: readonly LoadedPair[];
  readonly authorities: readonly LoadedAuthorities[];
}

const READ = new WeakMap<LintView, CertificateFiles>();

/** The certificate files that the program of this role reads, each read once a lint. */
export function certificateFilesOf(view: LintView): CertificateFiles {
  const known = READ.get(view);
  if (known !== undefined) return known;
  const files: CertificateFiles = {
    pairs: CERTIFICATE_PAIRS.filter(({ cert }) => view.reads(cert)).map((pair) => ({
      ...pair,
      chain: contentOf(view, view.settings[pair.cert], parseCertificates),
      privateKey: contentOf(view, view.settings[pair.key], parsePrivateKey),
    })),
    authorities: AUTHORITY_FILES.filter(view.reads).flatMap((key) => {
      const certificates = contentOf(view, view.settings[key], parseCertificates);
      return certificates === undefined ? [] : [{ key, certificates }];
    }),
  };
  READ.set(view, files);
  return files;
}

function contentOf<T>(view: LintView, path: string, parse: (pem: Buffer) => T): Content<T> | undefined {
  if (path === '') return undefined;
  try {
    return { value: parse(view.readFile(path)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return {
      unusable: code === undefined ? (error as Error).message : `cannot be read (${code})`,
    };
  }
}

/** The certificates of a content that could be read. */
export function certificatesIn(
  content: Content<readonly X509Certificate[]> | undefined,
): readonly X509Certificate[] {
  return content !== undefined && 'value' in content ? content.value : [];
}
