import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ModelDecision, Plan } from '../plan/plan';
import type { Bundle } from '../runtime/bundle';
import {
  type DeployEnvironment,
  environmentKeysFor,
  type Machines as MachineKind,
} from '../runtime/environment';
import { storedFor } from '../runtime/stored';
import { userData } from '../runtime/user-data';
import { BootBundle } from './boot-bundle';
import type { Cache } from './cache';
import type { Database } from './database';
import { grantPull } from './ecr';
import type { Gateway } from './gateway';
import type { Guardrail } from './guardrail';
import type { MachineFacts } from './machine-facts';
import type { MachineRole } from './machine-role';
import type { ModelStore } from './model-store';
import type { Queue } from './queue';

export interface BootProps {
  readonly plan: Plan;
  /** What the machine is for: it is told, and may read, no more than that. */
  readonly role: MachineKind;
  readonly bundle: Bundle;
  /** Models whose weights the machine holds. */
  readonly models: readonly ModelDecision[];
  /** Name of its fleet. */
  readonly fleet?: string;
  /** Where a gateway reaches the engines that it does not hold. */
  readonly enginesHost?: string | undefined;
  readonly gateway: Gateway;
  readonly modelStore: ModelStore | undefined;
  readonly database: Database | undefined;
  readonly cache: Cache | undefined;
  readonly guardrail: Guardrail | undefined;
  /** Absent without files of requests. */
  readonly queue: Queue | undefined;
}

/** What the machine's own group knows of it. */
export type BootFacts = MachineFacts & { readonly volumeId?: string; readonly bootHook?: string };

/** A machine, or machines that start alike. */
export interface Machines extends ec2.IConnectable {
  readonly machineRole: MachineRole;
  readonly group: autoscaling.AutoScalingGroup;
}

/** What a machine starts with: the bundle, the names that only this deployment knows, and leave to use them. */
export class Boot extends Construct {
  readonly bundle: BootBundle;
  private readonly parts: BootProps;

  constructor(scope: Construct, id: string, props: BootProps) {
    super(scope, id);
    this.parts = props;
    this.bundle = new BootBundle(this, 'Bundle', props);
  }

  /** First boot script: fetches the bundle of exactly this hash and starts it. */
  userData(facts: BootFacts): string {
    const { plan, role, bundle } = this.parts;
    return userData(plan, role, {
      environment: this.environment(facts),
      bundleUri: this.bundle.uri,
      bundleSha256: bundle.sha256,
    });
  }

  /** Lets the machines have the bundle and everything that it names. */
  grantAll(machines: Machines): void {
    const { plan, role, gateway } = this.parts;
    const { policy } = machines.machineRole;
    this.bundle.grantFetch(policy);
    if (role === 'server' || role === 'gateway') this.grantServe(machines);
    const keys = this.keys();
    if (keys.includes('LLM_INTERNAL_SECRET')) gateway.grantInternalSeed(policy);
    if (keys.includes('LLM_ENGINE_SECRET')) gateway.grantEngineSeed(policy);
    gateway.grantLog(policy);
    if (role !== 'gateway') this.grantWeights(machines);
    grantPull(policy, plan.decisions.images);
    if (keys.includes('LLM_BATCH_QUEUE')) this.grantFiles(machines);
  }

  /** A policy of its own: one may be too long with this in it. */
  private grantFiles({ machineRole, group }: Machines): void {
    const own = machineRole.policyFor('Files');
    this.parts.queue?.grantWork(own);
    group.node.addDependency(own);
  }

  private keys() {
    return environmentKeysFor(this.parts.plan, this.parts.role);
  }

  private grantServe(machines: Machines): void {
    const { gateway, database, cache, guardrail } = this.parts;
    const { policy } = machines.machineRole;
    gateway.grantServe(policy);
    guardrail?.grantApply(policy);
    for (const store of [database, cache]) {
      store?.grantConnect(policy);
      store?.connections.allowDefaultPortFrom(machines, 'Gateway');
    }
  }

  private grantWeights(machines: Machines): void {
    const { role, gateway, modelStore, models } = this.parts;
    const { machineRole } = machines;
    const held = storedFor(models);
    gateway.grantHub(machineRole.policy);
    // a single server holds them all, and also those of a spec that was
    modelStore?.grantImport(machineRole.policy, role === 'fleet' ? held : undefined);
    const sources = held.filter(({ origin }) => origin === 'bucket');
    if (sources.length === 0) return;
    const own = machineRole.policyFor('Sources');
    modelStore?.grantSources(own, sources);
    machines.group.node.addDependency(own);
  }

  private environment(facts: BootFacts): DeployEnvironment {
    const { plan, gateway, modelStore, database, cache, guardrail, queue } = this.parts;
    const { identity, modelStore: store } = plan.decisions;
    const values = {
      LLM_DEPLOYMENT: identity.name,
      LLM_REGION: identity.region,
      LLM_MODEL_BUCKET: modelStore?.bucket.bucketName,
      LLM_DATA_VOLUME_ID: facts.volumeId,
      LLM_MASTER_KEY_SECRET: gateway.masterKey.secretArn,
      LLM_APPLICATION_KEY_SECRET: gateway.applicationKey.secretArn,
      LLM_INTERNAL_SECRET: gateway.internalSeed.secretArn,
      LLM_ENGINE_SECRET: gateway.engineSeed?.secretArn,
      LLM_LOG_GROUP: gateway.logGroup.logGroupName,
      LLM_GROUP: facts.groupName,
      LLM_FLEET: this.parts.fleet,
      LLM_TERMINATE_HOOK: facts.drainHook,
      LLM_BOOT_HOOK: facts.bootHook,
      LLM_STACK: facts.stackName,
      LLM_SIGNAL_RESOURCE: facts.groupLogicalId,
      LLM_ENGINES_HOST: this.parts.enginesHost,
      LLM_DATABASE_HOST: database?.host,
      LLM_DATABASE_SECRET: database?.secret.secretArn,
      LLM_CACHE_HOST: cache?.host,
      LLM_CACHE_SECRET: cache?.secret.secretArn,
      LLM_HUB_TOKEN_SECRET: store.hubTokenSecret,
      LLM_GUARDRAIL_ID: guardrail?.resource.attrGuardrailId,
      LLM_GUARDRAIL_VERSION: guardrail?.version.attrVersion,
      LLM_BATCH_QUEUE: queue?.queue.queueUrl,
      LLM_BATCH_DEAD_QUEUE: queue?.deadLetters.queueUrl,
      LLM_BATCH_INPUT: queue?.buckets.input.bucketName,
      LLM_BATCH_OUTPUT: queue?.buckets.output.bucketName,
    } satisfies Record<keyof DeployEnvironment, string | undefined>;
    return Object.fromEntries(this.keys().map((key) => [key, values[key]]));
  }
}
