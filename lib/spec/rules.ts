import type { PathIssue } from './path-issue';
import { applicationRoom } from './rules/application';
import { backupRegion } from './rules/backup';
import {
  batchAlone,
  batchAnswers,
  batchExtras,
  batchName,
  batchPastGateway,
  batchScope,
  batchVersions,
} from './rules/batch';
import {
  bounds,
  capacityExtras,
  reservationShape,
  spotRisk,
  timeZones,
  warmPoolPurchase,
  zeroNeedsWaker,
} from './rules/capacity';
import {
  budgetLimits,
  cacheNeeded,
  customerKey,
  databaseClients,
  embeddedData,
  sameRegion,
  tagNames,
} from './rules/data';
import { documentsRegion } from './rules/documents';
import { egressNone } from './rules/egress';
import { argsConflict } from './rules/engine-args';
import { ingressConflict, unusedThresholds } from './rules/entry';
import { guardrailRegion } from './rules/guardrail';
import { lawConflict } from './rules/law';
import { needsLoad, needsSharedLoad, noStream, oneLoad, untakenLoad } from './rules/load';
import { managedModel } from './rules/managed';
import {
  bucketSource,
  contextRange,
  headsDivide,
  knownGeometry,
  quantizationKind,
  soundGeometry,
} from './rules/model';
import { answerInWords, fallbackChains, knownModelName, uniqueNames } from './rules/names';
import { existingNetwork, newNetwork } from './rules/network';
import { gpuOrInstance, knownRegion, offersGpu, parallelShape } from './rules/place';
import { residencyOutside } from './rules/residency';
import { abortNeedsAlarm, availabilityForm, surgeNeeded, unusedRollout } from './rules/rollout';
import type { Rule, Written } from './rules/rule';
import { shares } from './rules/shares';
import { engineExtras, sourceOrVersions } from './rules/versions';
import type { Spec } from './types';
import { pathText } from './words';

/** Every rule between fields; each is a pure function of the sections that it reads. */
export const rules: readonly Rule[] = [
  knownRegion,
  needsLoad,
  needsSharedLoad,
  oneLoad,
  untakenLoad,
  noStream,
  shares,
  sourceOrVersions,
  managedModel,
  engineExtras,
  knownGeometry,
  soundGeometry,
  offersGpu,
  gpuOrInstance,
  parallelShape,
  headsDivide,
  contextRange,
  quantizationKind,
  bucketSource,
  uniqueNames,
  knownModelName,
  fallbackChains,
  answerInWords,
  argsConflict,
  spotRisk,
  warmPoolPurchase,
  reservationShape,
  capacityExtras,
  bounds,
  zeroNeedsWaker,
  timeZones,
  surgeNeeded,
  abortNeedsAlarm,
  unusedRollout,
  availabilityForm,
  batchAnswers,
  batchAlone,
  batchScope,
  batchVersions,
  batchName,
  batchPastGateway,
  batchExtras,
  ingressConflict,
  guardrailRegion,
  documentsRegion,
  applicationRoom,
  newNetwork,
  existingNetwork,
  egressNone,
  sameRegion,
  residencyOutside,
  lawConflict,
  embeddedData,
  cacheNeeded,
  unusedThresholds,
  customerKey,
  backupRegion,
  databaseClients,
  tagNames,
  budgetLimits,
];

export interface RuleIssues {
  errors: PathIssue[];
  warnings: PathIssue[];
}

/** Runs each rule whose sections all have the right shape. */
export function ruleIssues(
  sections: Partial<Spec>,
  broken: ReadonlySet<string>,
  written: Written,
): RuleIssues {
  const errors: PathIssue[] = [];
  const warnings: PathIssue[] = [];
  for (const { name, reads, check } of rules) {
    if (reads.some((section) => broken.has(section))) continue;
    // Sound: every section that the rule reads was parsed.
    for (const { at, message, warning } of check(sections as Spec, written)) {
      (warning ? warnings : errors).push({ path: pathText(at), parts: at, rule: name, message });
    }
  }
  return { errors, warnings };
}
