import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment, Stack } from 'aws-cdk-lib/core';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { DeploymentStack } from '../../lib/aws/stack';
import type { Plan } from '../../lib/plan/plan';
import { type deployments, planOf } from './plan-fixture';

// biome-ignore lint/suspicious/noExplicitAny: properties of any resource type, as CloudFormation has them
export type Properties = Record<string, any>;

export interface Resource {
  Type: string;
  Properties?: Properties;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  CreationPolicy?: Properties;
  UpdatePolicy?: Properties;
}

/** A CloudFormation template with what tests ask of it. */
export class Written {
  readonly resources: Record<string, Resource>;

  constructor(
    readonly template: Properties,
    /** Lookups that synth would make the cdk command ask the account for. */
    readonly missingContext: unknown[],
  ) {
    this.resources = template.Resources ?? {};
  }

  all(type: string): Resource[] {
    return Object.values(this.resources).filter((resource) => resource.Type === type);
  }

  /** Properties of each resource of a type, in the order of the template. */
  properties(type: string): Properties[] {
    return this.all(type).map((resource) => resource.Properties ?? {});
  }

  /** The only resource of a type. */
  only(type: string): Resource {
    const found = this.all(type);
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, not 1`);
    return found[0] as Resource;
  }

  get text(): string {
    return JSON.stringify(this.template);
  }

  logicalId(type: string): string {
    const [id] = Object.entries(this.resources).find(([, resource]) => resource.Type === type) ?? [];
    if (id === undefined) throw new Error(`no resource of type ${type}`);
    return id;
  }
}

/** An app without the validation of the shipped one, which takes most of the time and has a test of its own. */
function synthesized(build: (app: App) => Stack): Written {
  const outdir = mkdtempSync(join(tmpdir(), 'aws-test-'));
  try {
    const app = new App({
      outdir,
      postCliContext: recommendedFlags,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    });
    const stack = build(app);
    const assembly = app.synth();
    const { template } = assembly.getStackByName(stack.stackName);
    return new Written(template, assembly.manifest.missing ?? []);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The template of a whole plan. */
export const written = (plan: Plan): Written => synthesized((app) => new DeploymentStack(app, plan));

/** The template of a deployment of the fixture: made once, because nobody changes one. */
export function writtenOf(name: keyof typeof deployments): Written {
  const known = made.get(name) ?? written(planOf(name));
  made.set(name, known);
  return known;
}
const made = new Map<string, Written>();

export const region = 'eu-central-1';

/** The template of a stack that holds what `build` puts into it. */
export const partWritten = (build: (stack: Stack) => void, env: Environment = { region }): Written =>
  synthesized((app) => {
    const stack = new Stack(app, 'Test', { env });
    build(stack);
    return stack;
  });
