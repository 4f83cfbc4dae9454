import type { S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { later, type Clock } from '../clock.js';
import { exactSize } from './exact-size.js';
import { ObjectMissing } from './storage.errors.js';
import { requireKey, type Storage, type StoredObject } from './storage.js';

export type S3Config = Readonly<{ bucket: string; region: string; endpoint: string; accessKeyId: string; secretAccessKey: string }>;

/** At once; more only wait for each other's connections. */
const DELETED_AT_ONCE = 10;

/** Any service that speaks S3. The SDK takes 420 ms to load, so it is loaded when it is first used. */
export function createS3Storage({ config: { bucket: Bucket, region, endpoint, accessKeyId, secretAccessKey }, now }: { config: S3Config; now: Clock }): Storage {
  let opened: ReturnType<typeof open> | undefined;
  const open = async () => {
    const [s3, { getSignedUrl }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/s3-request-presigner')]);
    const client: S3Client = new s3.S3Client({
      region, ...(endpoint !== '' && { endpoint, forcePathStyle: true }), ...(accessKeyId !== '' && { credentials: { accessKeyId, secretAccessKey } }),
      // It tells the console what it throws.
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      // Others than AWS know no trailing checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { s3, client, getSignedUrl };
  };
  const sdk = () => (opened ??= open());
  const objectAt = (key: string) => ({ Bucket, Key: requireKey(key) });

  return {
    kind: 's3',
    async put(key, body, { contentType, size }) {
      const { s3, client } = await sdk();
      const counted = exactSize(size);
      const source = Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body;
      // The SDK waits for ever for a body that broke, so its request is ended with it.
      const halt = new AbortController();
      let failure: unknown;
      const passed = pipeline(source, counted).catch((error: unknown) => { failure ??= error; halt.abort(); });
      await client.send(new s3.PutObjectCommand({ ...objectAt(key), Body: counted, ContentLength: size, ContentType: contentType }), { abortSignal: halt.signal })
        .catch(async (error: unknown) => { counted.destroy(); await passed; throw isCut(failure) ? error : failure ?? error; });
    },
    async open(key, range) {
      const { s3, client } = await sdk();
      const found = await client.send(new s3.GetObjectCommand({ ...objectAt(key), ...(range && { Range: `bytes=${range.start}-${range.end}` }) }))
        .catch((error: unknown) => { throw isMissing(error) ? new ObjectMissing() : error; });
      return found.Body as Readable;
    },
    async stat(key) {
      const { s3, client } = await sdk();
      const found = await client.send(new s3.HeadObjectCommand(objectAt(key))).catch((error: unknown) => { if (isMissing(error)) return null; throw error; });
      return found && { size: found.ContentLength ?? 0 };
    },
    async delete(keys) {
      const { s3, client } = await sdk();
      for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
        await Promise.all(keys.slice(at, at + DELETED_AT_ONCE).map((key) => client.send(new s3.DeleteObjectCommand(objectAt(key)))));
      }
    },
    async *list(area): AsyncGenerator<StoredObject> {
      const { s3, client } = await sdk();
      for (let ContinuationToken: string | undefined; ;) {
        const page = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: `${area}/`, ...(ContinuationToken !== undefined && { ContinuationToken }) }));
        for (const { Key, Size = 0, LastModified } of page.Contents ?? []) if (Key !== undefined && LastModified) yield { key: Key, size: Size, modifiedAt: LastModified };
        if (!page.IsTruncated) return;
        ContinuationToken = page.NextContinuationToken;
      }
    },
    async presignPut(key, { contentType, size, expiresInSeconds }) {
      const { s3, client, getSignedUrl } = await sdk();
      const command = new s3.PutObjectCommand({ ...objectAt(key), ContentType: contentType, ContentLength: size });
      const url = await getSignedUrl(client, command, { expiresIn: expiresInSeconds, signableHeaders: new Set(['host', 'content-type', 'content-length']) });
      return { url, method: 'PUT', headers: { 'content-type': contentType }, expiresAt: later(now(), expiresInSeconds * 1000) };
    },
    async presignGet(key, { contentType, expiresInSeconds }) {
      const { s3, client, getSignedUrl } = await sdk();
      return getSignedUrl(client, new s3.GetObjectCommand({ ...objectAt(key), ResponseContentType: contentType }), { expiresIn: expiresInSeconds });
    },
    // One request is one object: the service itself drops what was cut.
    tidy: async () => 0,
  };
}

/** That we ended it ourselves because the request failed says nothing. */
const isCut = (error: unknown): boolean => (error as { code?: string } | undefined)?.code === 'ERR_STREAM_PREMATURE_CLOSE';

function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}
