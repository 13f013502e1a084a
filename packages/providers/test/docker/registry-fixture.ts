import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface TestRegistry {
  /** `127.0.0.1:port`: an engine on this host takes a registry there without TLS. */
  readonly host: string;
  readonly requests: string[];
  close(): Promise<void>;
}

/** A registry (OCI distribution specification, pull) that has one image, `tiny:1`, whose root is a tar archive. */
export async function startRegistry(root: Buffer): Promise<TestRegistry> {
  const layer = gzipSync(root, { level: 1 });
  const configuration = Buffer.from(
    JSON.stringify({
      ...{ architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', config: {} },
      rootfs: { type: 'layers', diff_ids: [digestOf(root)] },
    }),
  );
  const descriptor = (mediaType: string, blob: Buffer) => ({
    mediaType,
    size: blob.length,
    digest: digestOf(blob),
  });
  const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor('application/vnd.docker.container.image.v1+json', configuration),
      layers: [descriptor('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
    }),
  );
  const blobs = new Map([layer, configuration].map((blob) => [`/v2/tiny/blobs/${digestOf(blob)}`, blob]));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const isManifest = path === '/v2/tiny/manifests/1' || path === `/v2/tiny/manifests/${digestOf(manifest)}`;
    const body = isManifest ? manifest : path === '/v2/' ? Buffer.from('{}') : blobs.get(path);
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
      return;
    }
    response.writeHead(200, {
      'content-type': isManifest ? manifestType : 'application/octet-stream',
      'content-length': body.length,
      ...(isManifest ? { 'docker-content-digest': digestOf(manifest) } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
