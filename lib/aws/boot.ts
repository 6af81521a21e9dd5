import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ModelDecision, Plan } from '../plan/plan';
import type { Bundle } from '../runtime/bundle';
import { type DeployEnvironment, environmentKeysFor } from '../runtime/environment';
import type { Role } from '../runtime/host';
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

export interface BootProps {
  readonly plan: Plan;
  /** What the machine is for: it is told, and may read, no more than that. */
  readonly role: Role;
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
    if (role !== 'fleet') this.grantServe(machines);
    gateway.grantBelong(policy);
    if (role !== 'gateway') this.grantWeights(machines);
    grantPull(policy, plan.decisions.images);
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
    const { gateway, modelStore, models } = this.parts;
    const { machineRole } = machines;
    gateway.grantHub(machineRole.policy);
    modelStore?.grantImport(machineRole.policy);
    const sources = storedFor(models).filter(({ origin }) => origin === 'bucket');
    if (sources.length === 0) return;
    const own = machineRole.policyFor('Sources');
    modelStore?.grantSources(own, sources);
    machines.group.node.addDependency(own);
  }

  private environment(facts: BootFacts): DeployEnvironment {
    const { plan, role, gateway, modelStore, database, cache, guardrail } = this.parts;
    const { identity, modelStore: store } = plan.decisions;
    const values = {
      LLM_DEPLOYMENT: identity.name,
      LLM_REGION: identity.region,
      LLM_MODEL_BUCKET: modelStore?.bucket.bucketName,
      LLM_DATA_VOLUME_ID: facts.volumeId,
      LLM_MASTER_KEY_SECRET: gateway.masterKey.secretArn,
      LLM_APPLICATION_KEY_SECRET: gateway.applicationKey.secretArn,
      LLM_INTERNAL_SECRET: gateway.internalSeed.secretArn,
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
    } satisfies Record<keyof DeployEnvironment, string | undefined>;
    return Object.fromEntries(environmentKeysFor(plan, role).map((key) => [key, values[key]]));
  }
}
