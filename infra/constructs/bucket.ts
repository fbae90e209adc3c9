import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  BucketEncryption,
  type CfnBucket,
  HttpMethods,
  ObjectOwnership,
  Bucket as S3Bucket,
} from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { prefixes } from '../../shared/contracts/environment.ts';
import { rowsKeptDays } from '../../shared/contracts/limits.ts';
import { acknowledge } from './acknowledge.ts';

/** Days that objects live, by prefix; null: until we remove them. */
const daysKept: Readonly<Record<keyof typeof prefixes, number | null>> = {
  // What a customer put: needed until it is validated; a month lets support look at what was rejected. Gone with the first
  // person who is deleted after that.
  uploads: 30,
  // Handed in or not, it has gone after a week, by us; a day more, because the sweeper comes first.
  incomingDocuments: 9,
  inbox: 30,
  // Messages are shown for 180 days by rendering their rows again; ten days more, because readers come first.
  lists: rowsKeptDays + 10,
  dispatches: rowsKeptDays + 10,
  // A template is kept as long as its owner likes, and so are its images; the sweeper removes what it no longer has.
  templates: null,
  // A consent refers to it, and its history is kept for good.
  evidence: null,
  // As long as its tenant or number is in service; the sweeper removes what served its time.
  documents: null,
  // Reports that were made to be downloaded, and can be made again from the upload for as long.
  exports: 30,
};

/** The one bucket. New objects under `uploads/`, `incoming-documents/` and `inbox/` are announced to `announceTo`. */
export class Bucket extends Construct {
  readonly bucket: S3Bucket;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly retain: boolean; readonly announceTo: Queue; readonly documentsKey: Key },
  ) {
    super(scope, id);
    this.bucket = new S3Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // Not versioned: no key is written twice by us but where a deleted person's rows are blanked, and those must be gone.
      versioned: false,
      lifecycleRules: [
        ...Object.entries(daysKept).flatMap(([name, days]) =>
          days === null
            ? []
            : { id: name, prefix: prefixes[name as keyof typeof prefixes], expiration: Duration.days(days) },
        ),
        // Parts of an upload whose worker died; no upload of ours lasts longer than ten minutes.
        { id: 'abandoned-parts', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // A customer's console may put a file from the browser: the presigned URL is the permission, not the origin.
      cors: [{ allowedMethods: [HttpMethods.PUT], allowedOrigins: ['*'], allowedHeaders: ['*'], maxAge: 3600 }],
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.#encryptDocuments(props.documentsKey);
    this.#announce(props.announceTo);
    acknowledge(
      this.bucket,
      'S1',
      'Server access logs are best-effort copies that would repeat customers’ file names in a second bucket. Only the named roles of this stack can read objects, and a download is asked for through the API, whose access log shows it.',
    );
  }

  /** A document that was not encrypted with its own key could be read by whoever reads the bucket: S3 refuses it. */
  #encryptDocuments(key: Key): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`${prefixes.documents}*`)],
        conditions: { StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': key.keyArn } },
      }),
    );
  }

  /**
   * Bucket events go straight to a queue, which has retries and dead letters, set on the resource itself: the
   * library's own way adds a helper function of its own to every stack.
   */
  #announce(queue: Queue): void {
    const policy = queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        // By account and not by bucket, since the policy must exist before the bucket does.
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const resource = this.bucket.node.defaultChild as CfnBucket;
    resource.notificationConfiguration = {
      queueConfigurations: [prefixes.uploads, prefixes.incomingDocuments, prefixes.inbox].map((prefix) => ({
        event: 's3:ObjectCreated:*',
        queue: queue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: prefix }] } },
      })),
    };
    // S3 tries the queue when the notification is set, and refuses one that it may not send to.
    if (policy.policyDependable) resource.node.addDependency(policy.policyDependable);
  }
}
