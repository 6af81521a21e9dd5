import type { Issue } from '../errors';
import type { Plan, Warning } from './plan';

/** What works but deserves a look. */
export function warnings(plan: Plan): Warning[] {
  const { spec, decisions } = plan;
  const found: Warning[] = [];
  const warn = (path: string, rule: string, message: string) => found.push({ path, rule, message });
  if (spec.environment === 'prod' && decisions.monitoring.emails.length === 0) {
    warn(
      'monitoring.notify',
      'hints',
      'production without `monitoring.notify`: alarms and budget alerts reach nobody',
    );
  }
  for (const [index, model] of decisions.models.entries()) {
    if (spec.environment === 'prod' && model.origin === 'hub' && spec.models[index]?.revision === undefined) {
      warn(
        `models[${index}].revision`,
        'hints',
        `production without \`revision\`: the first import takes whatever \`main\` of ${model.source} is that day`,
      );
    }
  }
  if (decisions.machine.imageId === undefined) {
    warn(
      'images.machine',
      'hints',
      "the machine image is the vendor's newest at deploy time, so a redeploy may change it: write `images.machine` to pin it",
    );
  }
  return found;
}

/** Problems that stop only `synth`: people plan and price before they own a token. */
export function deployIssues(plan: Plan): Issue[] {
  return plan.decisions.models.flatMap((model, index) =>
    model.gated &&
    model.origin === 'hub' &&
    plan.decisions.modelStore.import === 'job' &&
    plan.decisions.modelStore.hubTokenSecret === undefined
      ? [
          {
            path: 'modelStore.hubTokenSecret',
            rule: 'gated-model',
            message: `models[${index}] ${model.source} is gated: accept its terms on the hub, store a read token as a secret in ${plan.decisions.identity.region}, and write that secret's name in \`modelStore.hubTokenSecret\` (or upload the weights yourself: \`modelStore.import: manual\` and \`modelStore.bucket\`)`,
          },
        ]
      : [],
  );
}
