import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../edge/aws-error.ts';
import { readBody } from '../edge/http-api.ts';
import { type Reply, send } from '../edge/reply.ts';
import type { Iam, Principal } from '../iam/iam.ts';
import { type DeclaredNotification, eventsFor } from './bucket-notifications.ts';
import { listObjects } from './list-objects.ts';
import { Multipart } from './multipart.ts';
import type { ObjectStore, StoredObject, WriteCondition } from './object-store.ts';
import { readObject } from './read-object.ts';
import { receiveBody } from './receive-body.ts';
import { copySource, keyHeader, type S3Request } from './s3-access.ts';
import { textsOf, xmlDocument } from './xml.ts';

const mostXmlBytes = 2 * 1024 * 1024;
const contentHeaders = [
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
];

/** S3's API over the object store. */
export class S3Service {
  readonly #store: ObjectStore;
  readonly #multipart: Multipart;
  readonly #notifications: Map<string, DeclaredNotification[]>;
  readonly #iam: Iam;
  readonly #onEvents: () => void;

  /** @param onEvents called after a write that may have left events to be sent */
  constructor(store: ObjectStore, notifications: Map<string, DeclaredNotification[]>, iam: Iam, onEvents: () => void) {
    this.#store = store;
    this.#multipart = new Multipart(store);
    this.#notifications = notifications;
    this.#iam = iam;
    this.#onEvents = onEvents;
  }

  /** @throws AwsError as S3 answers */
  async handle(
    asked: S3Request,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
  ): Promise<void> {
    if (!this.#notifications.has(asked.bucket))
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    if (asked.operation === 'GetObject' || asked.operation === 'HeadObject') {
      const object = this.#existing(asked, principal);
      const kmsKey = object.headers[keyHeader];
      if (kmsKey !== undefined) this.#iam.authorize(principal, { action: 'kms:Decrypt', resource: kmsKey });
      await readObject(object, request.method ?? 'GET', url, request.headers, response);
      return;
    }
    send(response, await this.#answer(asked, url, request, principal));
    this.#onEvents();
  }

  async #answer(asked: S3Request, url: URL, request: IncomingMessage, principal: Principal): Promise<Reply> {
    const { operation, bucket, key } = asked;
    const uploadId = url.searchParams.get('uploadId') ?? '';
    switch (operation) {
      case 'PutObject':
        return this.#put(asked, request);
      case 'CopyObject':
        return this.#copy(asked, request, principal);
      case 'DeleteObject':
        this.#delete(bucket, key);
        return noContent();
      case 'DeleteObjects':
        return this.#deleteMany(bucket, await readXml(request), principal);
      case 'ListObjectsV2':
        return xml('ListBucketResult', listObjects(this.#store, bucket, url.searchParams));
      case 'HeadBucket':
        return { status: 200, headers: {}, body: '' };
      case 'CreateMultipartUpload':
        return xml('InitiateMultipartUploadResult', {
          Bucket: bucket,
          Key: key,
          UploadId: this.#multipart.create(bucket, key, keptHeaders(request)),
        });
      case 'UploadPart': {
        const etag = await this.#multipart.putPart(
          asked,
          uploadId,
          Number(url.searchParams.get('partNumber')),
          request,
        );
        return { status: 200, headers: { etag: `"${etag}"` }, body: '' };
      }
      case 'ListParts':
        return xml('ListPartsResult', this.#multipart.list(asked, uploadId));
      case 'AbortMultipartUpload':
        this.#multipart.abort(asked, uploadId);
        return noContent();
      case 'CompleteMultipartUpload': {
        const object = await this.#multipart.assemble(asked, uploadId, await readXml(request));
        this.#commit(object, conditionOf(request), 'ObjectCreated:CompleteMultipartUpload');
        this.#multipart.abort(asked, uploadId);
        return xml('CompleteMultipartUploadResult', { Bucket: bucket, Key: key, ETag: `"${object.etag}"` });
      }
      default:
        throw new AwsError('NotImplemented', `${operation} is not offered by the local cloud`, 501);
    }
  }

  /** Without the permission to list, S3 does not even say that an object is absent. */
  #existing({ bucket, key }: { bucket: string; key: string }, principal: Principal): StoredObject {
    const object = this.#store.find(bucket, key);
    if (object) return object;
    const mayList = this.#iam.allows(principal, {
      action: 's3:ListBucket',
      resource: `arn:aws:s3:::${bucket}`,
      context: { 's3:prefix': [key] },
    });
    if (mayList) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  }

  async #put({ bucket, key }: S3Request, request: IncomingMessage): Promise<Reply> {
    const { file, size, md5, checksum } = await receiveBody(request, this.#store.folder);
    const etag = md5.toString('hex');
    const object = { bucket, key, file, size, etag, modifiedAt: Date.now(), headers: keptHeaders(request), checksum };
    this.#commit(object, conditionOf(request), 'ObjectCreated:Put');
    return {
      status: 200,
      headers: { etag: `"${etag}"`, ...(checksum && { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value }) },
      body: '',
    };
  }

  async #copy({ bucket, key }: S3Request, request: IncomingMessage, principal: Principal): Promise<Reply> {
    const source = this.#existing(copySource(request.headers), principal);
    const file = await this.#multipart.join([source.file]);
    const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE';
    const object = {
      ...source,
      bucket,
      key,
      file,
      modifiedAt: Date.now(),
      headers: replaces ? keptHeaders(request) : source.headers,
    };
    this.#commit(object, conditionOf(request), 'ObjectCreated:Copy');
    return xml('CopyObjectResult', {
      ETag: `"${object.etag}"`,
      LastModified: new Date(object.modifiedAt).toISOString(),
    });
  }

  #commit(object: StoredObject, condition: WriteCondition, name: string): void {
    const { bucket, key, size, etag } = object;
    this.#store.put(object, condition, (sequencer) =>
      eventsFor(this.#notifications.get(bucket) ?? [], {
        name,
        bucket,
        key,
        size,
        etag,
        sequencer,
        requestId: randomUUID(),
      }),
    );
  }

  #delete(bucket: string, key: string): void {
    this.#store.delete(bucket, key, (sequencer) =>
      eventsFor(this.#notifications.get(bucket) ?? [], {
        name: 'ObjectRemoved:Delete',
        bucket,
        key,
        size: 0,
        etag: '',
        sequencer,
        requestId: randomUUID(),
      }),
    );
  }

  #deleteMany(bucket: string, document: string, principal: Principal): Reply {
    const deleted: string[] = [];
    const refused: { key: string; error: AwsError }[] = [];
    for (const { key, eTag } of objectsToDelete(document)) {
      try {
        const resource = `arn:aws:s3:::${bucket}/${key}`;
        this.#iam.authorize(principal, { action: 's3:DeleteObject', resource });
        if (eTag !== undefined) {
          // The condition tells something of the object
          this.#iam.authorize(principal, { action: 's3:GetObject', resource });
          this.#store.expect(bucket, key, eTag);
        }
        this.#delete(bucket, key);
        deleted.push(key);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        refused.push({ key, error });
      }
    }
    const quiet = textsOf(document, 'Quiet')[0] === 'true';
    return xml('DeleteResult', {
      Deleted: quiet ? [] : deleted.map((Key) => ({ Key })),
      Error: refused.map(({ key: Key, error: { code, message } }) => ({
        Key,
        Code: code.replace(/Exception$/, ''),
        Message: message,
      })),
    });
  }
}

/** The objects that a request to delete many names, each on condition that it is still the one with an ETag. */
const objectsToDelete = (document: string): { key: string; eTag: string | undefined }[] =>
  [...document.matchAll(/<Object>([\s\S]*?)<\/Object>/g)].map(([, object]) => ({
    key: textsOf(object!, 'Key')[0] ?? '',
    eTag: textsOf(object!, 'ETag')[0],
  }));

function xml(root: string, content: Parameters<typeof xmlDocument>[1]): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(root, content) };
}

function noContent(): Reply {
  return { status: 204, headers: {}, body: '' };
}

async function readXml(request: IncomingMessage): Promise<string> {
  const body = await readBody(request, mostXmlBytes);
  if (!body) throw new AwsError('MalformedXML', 'The XML you provided is too long.');
  return body.toString();
}

function conditionOf({ headers }: IncomingMessage): WriteCondition {
  return { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
}

function keptHeaders({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => contentHeaders.includes(name) || name === keyHeader || name.startsWith('x-amz-meta-'),
  );
  return Object.fromEntries(
    kept
      .map(([name, value]) => [
        name,
        name === 'content-encoding' ? String(value).replace(/\b,?\s*aws-chunked\b,?\s*/, '') : String(value),
      ])
      .filter(([, value]) => value !== ''),
  );
}
