import type { Plan } from '../plan/plan';
import { deployments } from './litellm-deployments';
import { guardrails } from './litellm-guardrails';
import { routerSettings } from './litellm-router';
import { autoRouterDeployments, degradedDeployments } from './litellm-routes';
import { gatewaySettings, generalSettings } from './litellm-settings';
import { yamlText } from './yaml-text';

/** `config.yaml` of the LiteLLM proxy. */
export function litellmConfig(plan: Plan): string {
  return configText(litellmSettings(plan));
}

export const configText = (settings: Record<string, unknown>) =>
  yamlText(settings, 'Gateway. Generated from the plan; secrets are in the environment.');

export function litellmSettings(plan: Plan): Record<string, unknown> {
  return {
    model_list: [...deployments(plan), ...autoRouterDeployments(plan), ...degradedDeployments(plan)],
    router_settings: routerSettings(plan),
    litellm_settings: gatewaySettings(plan),
    general_settings: generalSettings(plan),
    ...guardrails(plan),
  };
}
