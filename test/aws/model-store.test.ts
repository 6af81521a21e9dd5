import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { AccessLogs } from '../../lib/aws/access-logs';
import { bucketFolder, ModelStore, type ModelStoreProps } from '../../lib/aws/model-store';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { modelStore } = planOf('tunnel').decisions;

function made(
  changes: (stack: Stack) => Partial<ModelStoreProps> = () => ({}),
  use: (store: ModelStore, role: Role) => void = () => {},
): Written {
  return partWritten((stack) => {
    const accessLogs = new AccessLogs(stack, 'AccessLogs', { retentionDays: 30 }).bucket;
    const store = new ModelStore(stack, 'Store', { modelStore, accessLogs, ...changes(stack) });
    use(store, new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
  });
}
const weights = (template: Written) =>
  template.all('AWS::S3::Bucket').find(({ Properties }) => Properties?.LoggingConfiguration);
const granted = (template: Written): Properties[] =>
  template.properties('AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

describe('the model store', () => {
  it('is a private, versioned and encrypted bucket that logs its readers', () => {
    const bucket = weights(made());
    expect(bucket?.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(bucket?.Properties?.BucketEncryption.ServerSideEncryptionConfiguration[0]).toMatchObject({
      ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
    });
    expect(bucket?.DeletionPolicy).toBe('Retain');
  });

  it('refuses requests without TLS 1.2', () => {
    const text = made().text;
    expect(text).toContain('"aws:SecureTransport":"false"');
    expect(text).toContain('"s3:TlsVersion":1.2');
  });

  it('forgets replaced files and broken uploads', () => {
    expect(weights(made())?.Properties?.LifecycleConfiguration.Rules).toEqual([
      {
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 14 },
        ExpiredObjectDeleteMarker: true,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
      },
    ]);
  });

  it('is encrypted with a given key, one data key serving many files', () => {
    const bucket = weights(made((stack) => ({ key: new Key(stack, 'Key') })));
    expect(bucket?.Properties?.BucketEncryption.ServerSideEncryptionConfiguration[0]).toMatchObject({
      BucketKeyEnabled: true,
      ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
    });
  });

  it('lets a machine read and fill models/ and list the bucket', () => {
    const statements = granted(made(undefined, (store, role) => store.grantImport(role)));
    const list = statements.find(({ Action }) => Action === 's3:ListBucket');
    const files = statements.filter((statement) => statement !== list);
    expect(files.flatMap(({ Action }) => Action).sort()).toEqual([
      's3:AbortMultipartUpload',
      's3:DeleteObject',
      's3:GetObject',
      's3:PutObject',
    ]);
    for (const { Resource } of files) expect(JSON.stringify(Resource)).toContain('"/models/*"');
    expect(list?.Action).toBe('s3:ListBucket');
    // a condition on the prefix would turn "not found" into "forbidden"
    expect(list?.Condition).toBeUndefined();
  });

  it('lets a machine of a fleet to its own models alone, all revisions of each', () => {
    const models = [
      { origin: 'hub', folder: 'models/qwen-qwen3-8b/main' },
      { origin: 'hub', folder: 'models/qwen-qwen3-8b/v2' },
      { origin: 'bucket', folder: 'models/ours/main' },
    ] as const;
    const files = (use: readonly (typeof models)[number][] | typeof many) =>
      granted(made(undefined, (store, role) => store.grantImport(role, use)))
        .filter(({ Action }) => Action !== 's3:ListBucket')
        .map(({ Resource }) => Resource['Fn::Join'][1][1]);
    const many = Array.from(
      { length: 7 },
      (_, index) => ({ origin: 'hub', folder: `models/a${index}/main` }) as const,
    );
    expect(new Set(files(models))).toEqual(new Set(['/models/qwen-qwen3-8b/*']));
    // a policy has not room for any number
    expect(new Set(files(many))).toEqual(new Set(['/models/*']));
    expect(files(models.slice(2))).toEqual([]);
  });

  it('lets machines read only what somebody else uploads', () => {
    const manual = { modelStore: { ...modelStore, bucket: 'our-weights', import: 'manual' } } as const;
    const statements = granted(
      made(
        () => manual,
        (store, role) => store.grantImport(role),
      ),
    );
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual(['s3:GetObject', 's3:ListBucket']);
  });

  it('makes no bucket where the plan names one', () => {
    const existing = { modelStore: { ...modelStore, bucket: 'our-weights' } };
    const template = made(
      () => existing,
      (store, role) => {
        expect(store.newBucket).toBeUndefined();
        store.grantImport(role);
      },
    );
    expect(weights(template)).toBeUndefined();
    const [files, deletion] = granted(template);
    expect(files?.Resource).toBe('arn:aws:s3:::our-weights/models/*');
    // the revisions in it may be those of another deployment
    expect(deletion).toMatchObject({
      Action: 's3:DeleteObject',
      Resource: 'arn:aws:s3:::our-weights/models/*/LOCK',
    });
  });

  it('uses the bucket of the caller, and its key', () => {
    const template = made(
      (stack) => ({ bucket: new Bucket(stack, 'Own', { encryptionKey: new Key(stack, 'Key') }) }),
      (store, role) => store.grantImport(role),
    );
    expect(granted(template).map(({ Action }) => Action)).toContainEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]);
  });

  it("lets a machine read a model in the user's own bucket, under its folder only", () => {
    const models = [
      { origin: 'bucket', source: 's3://our-models/chat/qwen3-8b' },
      { origin: 'hub', source: 'Qwen/Qwen3-8B' },
    ] as const;
    const [files, list] = granted(made(undefined, (store, role) => store.grantSources(role, models)));
    expect(files).toMatchObject({
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::our-models/chat/qwen3-8b/*',
    });
    expect(list).toMatchObject({ Action: 's3:ListBucket', Resource: 'arn:aws:s3:::our-models' });
  });

  it('names the partition of its region', () => {
    const template = partWritten(
      (stack) => {
        const accessLogs = new AccessLogs(stack, 'AccessLogs', { retentionDays: 30 }).bucket;
        const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
        new ModelStore(stack, 'Store', { modelStore, accessLogs }).grantSources(role, [
          { origin: 'bucket', source: 's3://our-models/chat' },
        ]);
      },
      { region: 'us-gov-west-1' },
    );
    expect(granted(template)[0]?.Resource).toBe('arn:aws-us-gov:s3:::our-models/chat/*');
  });

  it('read each folder of a bucket once, and no more folders than one policy can name', () => {
    const folders = (count: number, name: string) =>
      Array.from({ length: count }, (_, index) => ({
        origin: 'bucket' as const,
        source: `s3://our-adapters/${name}${index}`,
      }));
    const twice = [...folders(1, 'a'), ...folders(1, 'a')];
    expect(granted(made(undefined, (store, role) => store.grantSources(role, twice)))).toHaveLength(2);
    const long = 'x'.repeat(100);
    const many = () => made(undefined, (store, role) => store.grantSources(role, folders(40, long)));
    expect(many).toThrow(
      'the 40 folders of `s3://` in `models` make a policy of 6430 characters, the limit is 5600: use shorter paths or fewer adapters, or take some from the hub',
    );
  });
});

describe('the folder of a bucket', () => {
  it.each([
    ['s3://our-models/chat/qwen3-8b', 'our-models', 'chat/qwen3-8b'],
    ['s3://our-models/chat/qwen3-8b/', 'our-models', 'chat/qwen3-8b'],
  ])('of %s is its bucket and its path', (uri, bucket, prefix) => {
    expect(bucketFolder(uri)).toEqual({ bucket, prefix });
  });
});
