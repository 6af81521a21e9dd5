import { parse } from 'yaml';
import { isSingleServer } from '../../lib/plan/forms';
import type { Plan, ScaledPlan } from '../../lib/plan/plan';
import { bundle, gatewayBundle } from '../../lib/runtime/bundle';

export interface ComposeService {
  entrypoint: string[];
  command: string[];
  environment: Record<string, string>;
  volumes: { source: string; target: string }[];
  depends_on: Record<string, { condition: string }>;
}

/** The bundle of the machine that runs the gateway. */
export const bundleOfGateway = (plan: Plan) =>
  isSingleServer(plan) ? bundle(plan, 'aws') : gatewayBundle(plan as ScaledPlan, 'aws');

/** A generated file, as it would be on the machine of the gateway. */
export function generated(plan: Plan, path: string): string {
  const file = bundleOfGateway(plan).files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`the bundle has no ${path}`);
  return file.content;
}

export function composeService(plan: Plan, name: 'gateway' | 'migrate' | 'valkey'): ComposeService {
  const service = parse(generated(plan, 'compose.yaml')).services[name];
  if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return service;
}

/** `litellm.yaml` with the engines' addresses replaced and nothing else: every other value is compared. */
export function withAddresses(original: string, engineUrls: Record<string, string>): string {
  let text = original;
  for (const [service, url] of Object.entries(engineUrls))
    text = text.replaceAll(`http://${service}:8000/v1`, `${url}/v1`);
  const changed = differences(parse(original), parse(text));
  const expected = Object.keys(engineUrls).map((_, index) => `model_list.${index}.litellm_params.api_base`);
  if (changed.join() !== expected.join())
    throw new Error(`the configuration under test is not the generated one: ${changed.join(', ')} differ`);
  return text;
}

/** Paths of the leaves in which two documents differ. */
export function differences(before: unknown, after: unknown, path: string[] = []): string[] {
  if (Object.is(before, after)) return [];
  if (before === null || after === null || typeof before !== 'object' || typeof after !== 'object')
    return [path.join('.')];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    differences((before as Record<string, unknown>)[name], (after as Record<string, unknown>)[name], [
      ...path,
      name,
    ]),
  );
}
