import type { Model } from '../catalog/models';
import type { Issue } from '../errors';
import type { Spec } from '../spec/types';
import { criticalSignals } from './alarms';
import type { Demand } from './load';
import { longestAnswerSeconds } from './timeouts';

/** What only the planner can see: fields against the model's shape and against defaults that follow from it. */
export function planIssues(spec: Spec, shape: Model, load: Demand, maxContext: number): Issue[] {
  return [
    ...contextTooShort(shape, load, maxContext),
    ...answersOfEmbeddings(shape, load),
    ...answerTooLong(spec),
    ...criticalOff(spec),
  ];
}

function contextTooShort(shape: Model, load: Demand, maxContext: number): Issue[] {
  const mean = load.inputTokens + load.outputTokens;
  if (mean <= maxContext) return [];
  return [
    {
      path: 'traffic.inputTokens',
      rule: 'context-range',
      message: `a mean request of ${load.inputTokens} + ${load.outputTokens} tokens is longer than the ${maxContext} tokens of context that ${shape.id} is given: shorten the requests${maxContext < shape.maxContext ? `, raise \`maxContext\` (the model allows ${shape.maxContext})` : ''}, or take a model with more context`,
    },
  ];
}

function answersOfEmbeddings(shape: Model, load: Demand): Issue[] {
  if (shape.task !== 'embedding' || load.outputTokens === 0) return [];
  return [
    {
      path: 'traffic.outputTokens',
      rule: 'embedding-answers',
      message: `${load.outputTokens} output tokens have no meaning for ${shape.id}, which answers with an embedding: leave the field out`,
    },
  ];
}

function answerTooLong(spec: Spec): Issue[] {
  const { timeoutSeconds } = spec.gateway;
  if (timeoutSeconds <= longestAnswerSeconds) return [];
  return [
    {
      path: 'gateway.timeoutSeconds',
      rule: 'longest-answer',
      message: `${timeoutSeconds} s is over ${longestAnswerSeconds}: a balancer drains for at most 3,600 s, and an answer must end before that; write ${longestAnswerSeconds} or less`,
    },
  ];
}

function criticalOff(spec: Spec): Issue[] {
  return criticalSignals
    .filter((signal) => spec.monitoring.thresholds[signal] === 'off')
    .map((signal) => ({
      path: `monitoring.thresholds.${signal}`,
      rule: 'critical-alarm',
      message: `${signal} cannot be off, since without it an outage is silent: write a number, or leave it out for the default`,
    }));
}
