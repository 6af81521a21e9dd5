import { Construct } from 'constructs';
import type { SingleServerPlan } from '../plan/plan';
import { bundle } from '../runtime/bundle';
import { type DeployEnvironment, environmentKeysFor } from '../runtime/environment';
import { stored } from '../runtime/stored';
import { userData } from '../runtime/user-data';
import { BootBundle } from './boot-bundle';
import type { Cache } from './cache';
import type { Database } from './database';
import { grantPull } from './ecr';
import type { Gateway } from './gateway';
import type { GpuServer, ServerFacts } from './gpu-server';
import type { Guardrail } from './guardrail';
import type { ModelStore } from './model-store';

export interface BootProps {
  readonly plan: SingleServerPlan;
  readonly gateway: Gateway;
  readonly modelStore: ModelStore;
  readonly database: Database | undefined;
  readonly cache: Cache | undefined;
  readonly guardrail: Guardrail | undefined;
}

/** What a machine starts with: the bundle, the names that only this deployment knows, and leave to use them. */
export class Boot extends Construct {
  readonly bundle: BootBundle;
  private readonly parts: BootProps;
  private readonly sha256: string;

  constructor(scope: Construct, id: string, props: BootProps) {
    super(scope, id);
    this.parts = props;
    const files = bundle(props.plan, 'aws');
    this.sha256 = files.sha256;
    this.bundle = new BootBundle(this, 'Bundle', { bundle: files });
  }

  /** First boot script: fetches the bundle of exactly this hash and starts it. */
  userData(facts: ServerFacts): string {
    return userData(this.parts.plan, 'server', {
      environment: this.environment(facts),
      bundleUri: this.bundle.uri,
      bundleSha256: this.sha256,
    });
  }

  /** Lets the machine have the bundle and everything that it names. */
  grantAll(machine: GpuServer): void {
    const { plan, gateway, modelStore, database, cache, guardrail } = this.parts;
    const { policy } = machine.machineRole;
    this.bundle.grantFetch(policy);
    gateway.grantServe(policy);
    modelStore.grantImport(policy);
    const sources = stored(plan).filter(({ origin }) => origin === 'bucket');
    if (sources.length > 0) {
      const own = machine.machineRole.policyFor('Sources');
      modelStore.grantSources(own, sources);
      machine.group.node.addDependency(own);
    }
    guardrail?.grantApply(policy);
    grantPull(policy, plan.decisions.images);
    for (const store of [database, cache]) {
      store?.grantConnect(policy);
      store?.connections.allowDefaultPortFrom(machine, 'Gateway');
    }
  }

  private environment(facts: ServerFacts): DeployEnvironment {
    const { plan, gateway, modelStore, database, cache, guardrail } = this.parts;
    const { identity, modelStore: store } = plan.decisions;
    const values = {
      LLM_DEPLOYMENT: identity.name,
      LLM_REGION: identity.region,
      LLM_MODEL_BUCKET: modelStore.bucket.bucketName,
      LLM_DATA_VOLUME_ID: facts.volumeId,
      LLM_MASTER_KEY_SECRET: gateway.masterKey.secretArn,
      LLM_APPLICATION_KEY_SECRET: gateway.applicationKey.secretArn,
      LLM_INTERNAL_SECRET: gateway.internalSeed.secretArn,
      LLM_LOG_GROUP: gateway.logGroup.logGroupName,
      LLM_GROUP: facts.groupName,
      LLM_TERMINATE_HOOK: facts.drainHook,
      LLM_STACK: facts.stackName,
      LLM_SIGNAL_RESOURCE: facts.groupLogicalId,
      LLM_DATABASE_HOST: database?.host,
      LLM_DATABASE_SECRET: database?.secret.secretArn,
      LLM_CACHE_HOST: cache?.host,
      LLM_CACHE_SECRET: cache?.secret.secretArn,
      LLM_HUB_TOKEN_SECRET: store.hubTokenSecret,
      LLM_GUARDRAIL_ID: guardrail?.resource.attrGuardrailId,
      LLM_GUARDRAIL_VERSION: guardrail?.version.attrVersion,
      // of groups of machines
      LLM_FLEET: undefined,
      LLM_BOOT_HOOK: undefined,
      LLM_ENGINES_HOST: undefined,
    } satisfies Record<keyof DeployEnvironment, string | undefined>;
    return Object.fromEntries(environmentKeysFor(plan, 'server').map((key) => [key, values[key]]));
  }
}
