import type { Plan } from '../plan/plan';
import { mapRange, type Range } from './line';

export const hoursPerMonth = 730;
export const daysPerMonth = 365 / 12;
export const secondsPerMonth = hoursPerMonth * 3600;
/** Clouds meter "GB" of 2^30 bytes. */
export const bytesPerGB = 2 ** 30;

/** English text is about 4.5 characters a token; JSON escapes add a little. */
export const bytesPerInputToken = 5;
/** Headers, key, chat roles and JSON around a prompt. */
export const bytesPerRequest = 1500;
/**
 * An answer's bytes per token: plain text in one piece (low); streamed as one JSON event a token with id,
 * model and choice around it (expected: about 250 bytes and its share of TLS and TCP; high: with log
 * probabilities or long names).
 */
export const bytesPerOutputToken: Range = { low: 5, expected: 300, high: 600 };
/** Headers and usage block of an answer. */
export const bytesPerAnswer = 1000;
/** One vector as JSON: 1,024 base64 floats (low), 2,048 or 8,192 numbers of 11 characters. */
export const bytesPerEmbedding: Range = { low: 5_500, expected: 22_500, high: 90_000 };

/** What crosses the entry in a month, in GB. */
export interface Traffic {
  inGB: number;
  outGB: Range;
  /** Requests open at once, in the mean over the month. */
  meanRequestsInFlight: number;
}

/** Bytes in and out at the stated load. */
export function traffic(plan: Plan): Traffic {
  const { load } = plan.decisions;
  const embeddingShare = shareOfEmbeddings(plan);
  const inBytes = load.requestsPerMonth * (bytesPerRequest + load.inputTokens * bytesPerInputToken);
  const peakShare =
    load.peakRequestsPerSecond > 0 ? load.meanRequestsPerSecond / load.peakRequestsPerSecond : 0;
  return {
    inGB: inBytes / bytesPerGB,
    outGB: mapRange(
      answerBytes(load.outputTokens, embeddingShare),
      (bytes) => (load.requestsPerMonth * bytes) / bytesPerGB,
    ),
    meanRequestsInFlight: load.requestsInFlight * peakShare,
  };
}

/** Of the month's requests; without any, of the models. */
function shareOfEmbeddings({ decisions }: Plan): number {
  const served = [...decisions.models, ...decisions.managedModels].map(({ task, load }) => ({
    embeds: task === 'embedding',
    requests: load.requestsPerMonth,
  }));
  const all = served.reduce((sum, { requests }) => sum + requests, 0);
  const weight = ({ requests }: { requests: number }) => (all === 0 ? 1 / served.length : requests / all);
  return served.filter(({ embeds }) => embeds).reduce((sum, one) => sum + weight(one), 0);
}

function answerBytes(outputTokens: number, embeddingShare: number): Range {
  const estimate = (key: keyof Range) =>
    bytesPerAnswer +
    outputTokens * bytesPerOutputToken[key] * (1 - embeddingShare) +
    bytesPerEmbedding[key] * embeddingShare;
  return { low: estimate('low'), expected: estimate('expected'), high: estimate('high') };
}
