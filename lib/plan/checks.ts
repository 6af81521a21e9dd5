import type { Issue } from '../errors';
import { formOf } from '../spec/form';
import type { Spec } from '../spec/types';
import { criticalSignals } from './alarms';
import type { Engine } from './engines';
import { sharedPortIssues } from './fleet-port';
import { longestAnswerSeconds } from './timeouts';

/** What only the planner can see: fields against the model's shape and against defaults that follow from it. */
export function planIssues(spec: Spec, engines: readonly Engine[]): Issue[] {
  const ofFleets = formOf(spec).form === 'scaled' ? sharedPortIssues(engines) : [];
  return [...engines.flatMap(engineIssues), ...ofFleets, ...answerTooLong(spec), ...criticalOff(spec)];
}

function engineIssues(engine: Engine): Issue[] {
  return [...contextTooShort(engine), ...answersOfEmbeddings(engine)];
}

/** Where the tokens of a request are written, or could be. */
function tokensPath({ variant, index }: Engine, field: 'inputTokens' | 'outputTokens'): string {
  return variant.model.traffic?.[field] === undefined
    ? `traffic.${field}`
    : `models[${index}].traffic.${field}`;
}

function contextTooShort(engine: Engine): Issue[] {
  const { load, shape, maxContext } = engine;
  const mean = load.inputTokens + load.outputTokens;
  if (mean <= maxContext) return [];
  return [
    {
      path: tokensPath(engine, 'inputTokens'),
      rule: 'context-range',
      message: `a mean request of ${load.inputTokens} + ${load.outputTokens} tokens is longer than the ${maxContext} tokens of context that ${shape.id} is given: shorten the requests${maxContext < shape.maxContext ? `, raise \`maxContext\` (the model allows ${shape.maxContext})` : ''}, or take a model with more context`,
    },
  ];
}

function answersOfEmbeddings(engine: Engine): Issue[] {
  const { shape, load } = engine;
  if (shape.task !== 'embedding' || load.outputTokens === 0) return [];
  return [
    {
      path: tokensPath(engine, 'outputTokens'),
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
