import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { UserError } from '../errors';
import type { ModelStoreDecision } from '../plan/plan';
import type { Stored } from '../runtime/stored';
import { logAccess } from './access-logs';
import { acknowledgeControl } from './controls';
import { grantKeyUse } from './encryption';
import { grantPattern } from './grants';

export interface ModelStoreProps {
  readonly modelStore: ModelStoreDecision;
  readonly accessLogs: s3.IBucket;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
  /**
   * A bucket of yours.
   *
   * @default - what the plan says: a new bucket, or the one named in the spec
   */
  readonly bucket?: s3.IBucket | undefined;
}

/**
 * Bucket with the model weights under `models/`, filled once by the first machine.
 *
 * A new bucket is never deleted with the stack: CloudFormation cannot delete a bucket with objects in it.
 */
export class ModelStore extends Construct {
  readonly bucket: s3.IBucket;
  /** The same, when it belongs to this deployment. */
  readonly newBucket: s3.Bucket | undefined;
  private readonly key: kms.IKey | undefined;
  private readonly imports: boolean;

  constructor(scope: Construct, id: string, props: ModelStoreProps) {
    super(scope, id);
    this.key = props.key;
    this.imports = props.modelStore.import === 'job';
    const existing = props.bucket ?? this.existingBucket(props.modelStore);
    this.newBucket = existing ? undefined : this.create(props);
    this.bucket = existing ?? (this.newBucket as s3.IBucket);
  }

  /**
   * Lets a machine read the weights and, where machines import them, write them: whoever takes the lock first does, and
   * nobody knows who that will be.
   *
   * Old revisions it may delete only in the bucket that belongs to this deployment: in another, somebody else may
   * use them.
   *
   * `models`: those that the machine holds, when it may reach no others. All of them without it.
   */
  grantImport(grantee: iam.IGrantable, models?: readonly Pick<Stored, 'origin' | 'folder'>[]): void {
    const folders = models === undefined ? ['models'] : repositories(models);
    const written = this.imports ? ['s3:PutObject', 's3:AbortMultipartUpload'] : [];
    for (const folder of folders) {
      const reason = `The files of a model are named by whoever published it; everything stays under ${folder}/`;
      const all = this.bucket.arnForObjects(`${folder}/*`);
      grantPattern(grantee, { actions: ['s3:GetObject', ...written], resource: all, reason });
      if (!this.imports) continue;
      const resource = this.newBucket ? all : this.bucket.arnForObjects(`${folder}/*/LOCK`);
      grantPattern(grantee, { actions: ['s3:DeleteObject'], resource, reason });
    }
    this.grantList(grantee, this.bucket.bucketArn);
    for (const key of new Set([this.key, this.bucket.encryptionKey])) {
      if (key) grantKeyUse(key, grantee);
    }
  }

  /** Lets a machine read models and adapters that the user keeps in buckets of their own. */
  grantSources(grantee: iam.IGrantable, all: readonly Pick<Stored, 'origin' | 'source'>[]): void {
    const sources = new Set(all.filter(({ origin }) => origin === 'bucket').map(({ source }) => source));
    refuseTooLong([...sources]);
    for (const source of sources) {
      const { bucket, prefix } = bucketFolder(source);
      const arn = `arn:${Stack.of(this).partition}:s3:::${bucket}`;
      grantPattern(grantee, {
        actions: ['s3:GetObject'],
        resource: `${arn}/${prefix}/*`,
        reason: "The files of a model in the user's own bucket; read only, and only under its folder",
      });
      this.grantList(grantee, arn);
    }
  }

  /** Of the whole bucket: with a condition on the prefix, S3 answers 403 and not 404 about a missing object. */
  private grantList(grantee: iam.IGrantable, bucketArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucketArn] });
  }

  private existingBucket({ bucket }: ModelStoreDecision): s3.IBucket | undefined {
    return bucket === undefined ? undefined : s3.Bucket.fromBucketName(this, 'Bucket', bucket);
  }

  private create(props: ModelStoreProps): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(props.key
        ? { encryption: s3.BucketEncryption.KMS, encryptionKey: props.key, bucketKeyEnabled: true }
        : { encryption: s3.BucketEncryption.S3_MANAGED }),
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          // deleted revisions can be had back so long
          noncurrentVersionExpiration: Duration.days(14),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(2),
        },
      ],
    });
    logAccess(bucket, props.accessLogs);
    acknowledgeControl(
      bucket,
      'S3BucketReplicationEnabled',
      'Weights are published files with known checksums, and are imported again when they are lost',
    );
    return bucket;
  }
}

/** As many folders as a policy has room for beside what else a machine may do; above that, all of them. */
const mostFolders = 6;

/** Folders of the models and adapters in the store, all revisions of each: `models/qwen-qwen3-8b`. */
function repositories(models: readonly Pick<Stored, 'origin' | 'folder'>[]): string[] {
  const imported = models.filter(({ origin }) => origin === 'hub');
  const folders = [...new Set(imported.map(({ folder }) => folder.replace(/\/[^/]+$/, '')))];
  return folders.length > mostFolders ? ['models'] : folders;
}

/** Of 6,144 characters that a policy may have (IAM quotas, 2026-11), without what stands around the names. */
const policyCharacters = 5600;

function refuseTooLong(sources: readonly string[]): void {
  const characters = sources.reduce((sum, source) => {
    const { bucket, prefix } = bucketFolder(source);
    // leave to read the folder, and to list the bucket
    return sum + `"arn:aws:s3:::${bucket}/${prefix}/*",`.length + `"arn:aws:s3:::${bucket}",`.length;
  }, 0);
  if (characters <= policyCharacters) return;
  throw new UserError(
    `the ${sources.length} folders of \`s3://\` in \`models\` make a policy of ${characters} characters, the limit is ${policyCharacters}: use shorter paths or fewer adapters, or take some from the hub`,
  );
}

/** `s3://bucket/a/folder` in its parts. */
export function bucketFolder(uri: string): { bucket: string; prefix: string } {
  const { hostname, pathname } = new URL(uri);
  return { bucket: hostname, prefix: pathname.replace(/^\/+|\/+$/g, '') };
}
