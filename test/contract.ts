import { describe, expect, it } from 'vitest';
import type { Cloud } from '../lib/catalog/machines';
import { exceptionRows } from '../lib/catalog/support-exceptions';
import { plan as planOf } from '../lib/plan';
import { isSingleServer } from '../lib/plan/forms';
import type { Plan } from '../lib/plan/plan';
import type { Deployment } from '../lib/spec/types';
import { alarmChecks } from './contract/alarms';
import { billChecks } from './contract/bill';
import { type Check, exceptions, type Subject } from './contract/check';
import type { Facts } from './contract/facts';
import { machineChecks } from './contract/machines';
import { routeChecks } from './contract/routes';
import { secretChecks } from './contract/secrets';
import { storageChecks } from './contract/storage';
import { supportChecks } from './contract/support';
import { timeoutChecks } from './contract/timeouts';
import { wayChecks } from './contract/ways';

export const checks: readonly Check[] = [
  ...machineChecks,
  ...wayChecks,
  ...routeChecks,
  ...timeoutChecks,
  ...secretChecks,
  ...storageChecks,
  ...alarmChecks,
  ...billChecks,
  ...supportChecks,
];

export interface Contract {
  cloud: Cloud;
  /** Reads the facts from the cloud's synthesized output. */
  read: (plan: Plan) => Facts;
  deploymentTag: string;
  deployments: Record<string, Deployment>;
}

/**
 * The promises of a deployment, whatever the cloud and the architecture: the facts of each output against its plan.
 *
 * Nothing is skipped: a part that cannot keep a promise on a cloud is a row of the catalogue, with its reason. Each
 * check is then asked about facts that break its promise, and must find them.
 */
export function contract({ cloud, read, deploymentTag, deployments }: Contract) {
  const excused = new Set<string>();
  const broken = new Set<string>();

  describe.each(Object.entries(deployments))(`contract: ${cloud}, %s`, (_, deployment) => {
    const plan = planOf(deployment);
    const facts = read(plan);
    const subject = (of: Facts, used: Set<string>): Subject => ({
      plan,
      facts: of,
      cloud,
      deploymentTag,
      excepted: exceptions(cloud, used),
    });

    it.each(checks.map((check) => [check.promises, check] as const))('%s', (_name, check) => {
      expect(check.problems(subject(facts, excused))).toEqual([]);
      for (const [violation, breaks] of Object.entries(violationsOf(check))) {
        const changed = structuredClone(facts);
        if (!breaks(changed)) continue;
        expect(check.problems(subject(changed, new Set())), violation).not.toEqual([]);
        broken.add(`${check.promises}: ${violation}`);
      }
    });
  });

  describe(`contract: ${cloud}`, () => {
    it('has seen every check fail, in every way that it can', () => {
      const fleets = Object.values(deployments).some((deployment) => !isSingleServer(planOf(deployment)));
      const all = checks.flatMap((check) =>
        Object.keys(fleets ? violationsOf(check) : check.violations).map(
          (violation) => `${check.promises}: ${violation}`,
        ),
      );
      expect(all.filter((violation) => !broken.has(violation))).toEqual([]);
      expect(checks.filter(({ violations }) => Object.keys(violations).length === 0)).toEqual([]);
    });

    it('needed every exception that the catalogue grants', () => {
      const rows = exceptionRows().filter((row) => row.cloud === cloud);
      expect(rows.filter(({ id }) => !excused.has(id)).map(({ id }) => id)).toEqual([]);
    });
  });
}

const violationsOf = ({ violations, fleetViolations }: Check) => ({ ...violations, ...fleetViolations });
