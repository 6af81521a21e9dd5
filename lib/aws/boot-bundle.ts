import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AssetHashType, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface BootBundleProps {
  readonly bundle: {
    readonly files: readonly { path: string; content: string }[];
    /** Of the files; a new value is a new object and a new machine. */
    readonly sha256: string;
  };
}

/** What runs on the machine, as one object in the asset bucket that `cdk bootstrap` made. */
export class BootBundle extends Construct {
  readonly asset: Asset;

  constructor(scope: Construct, id: string, props: BootBundleProps) {
    super(scope, id);
    const folder = mkdtempSync(join(tmpdir(), 'llm-bundle-'));
    for (const { path, content } of props.bundle.files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    this.asset = new Asset(this, 'Resource', {
      path: folder,
      assetHash: props.bundle.sha256,
      assetHashType: AssetHashType.CUSTOM,
    });
    rmSync(folder, { recursive: true });
  }

  get uri(): string {
    return this.asset.s3ObjectUrl;
  }

  /** Lets a machine read this one object. */
  grantFetch(grantee: iam.IGrantable): void {
    const { partition } = Stack.of(this);
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetObject'],
      resourceArns: [`arn:${partition}:s3:::${this.asset.s3BucketName}/${this.asset.s3ObjectKey}`],
    });
  }
}
