import * as z from 'zod/mini';
import {
  list,
  matching,
  number,
  optional,
  required,
  section,
  sectionWhenWritten,
  sectionWithDefaults,
  text,
  whole,
  withDefault,
} from './fields';
import { defaultPiiEntities, piiEntities } from './pii-entities';

const keyLimits = sectionWhenWritten(
  () =>
    section('KeyLimits', 'Defaults of each new API key.', {
      requestsPerMinute: optional(whole(1, 10000000), {
        description: 'Requests a minute.',
        computedDefault: 'the whole planned peak',
      }),
      tokensPerMinute: optional(whole(1, 10000000000), { description: 'Tokens a minute.' }),
      budgetUsdPerMonth: optional(number(0.01, 1e9), {
        description: "Spend a month, charged at the plan's own price per token.",
        unit: 'USD',
      }),
    }),
  { description: 'Defaults of each new API key.' },
);

const responseCache = section('ResponseCache', 'Equal requests are answered from the cache, across keys.', {
  ttlSeconds: required(whole(1, 2592000), { description: 'How long an answer is kept.', unit: 's' }),
});

const autoRouter = section('AutoRouter', 'A model name that sends each request where it belongs.', {
  name: withDefault(matching(/^[a-z0-9._-]{1,63}$/, 'a name of 1 to 63 characters `a-z 0-9 . _ -`'), 'auto', {
    description: 'What clients send as `model`.',
  }),
  simple: required(text(63, 'the name of a model'), { description: 'Model for easy requests.' }),
  complex: required(text(63, 'the name of a model'), { description: 'Model for hard requests.' }),
});

const piiMasking = section(
  'PiiMasking',
  'Personal data is masked before the model, restored in the answer.',
  {
    language: withDefault(z.enum(['en']), 'en', {
      description: 'Language of prompts; the analyzer image holds a model of English alone.',
    }),
    entities: withDefault(list(z.enum(piiEntities)), [...defaultPiiEntities], {
      description: "What is masked, by Presidio's names.",
    }),
  },
);

/** Limits of issuer, keys' address and claim: Elastic Load Balancing API, JwtValidationActionConfig, 2026-11. */
const httpsAddress = () =>
  matching(/^https:\/\/[^\s/?#@"'\\]+(\/[^\s"'\\]{0,230})?$/, 'an address that begins with `https://`').check(
    z.maxLength(256),
  );

const jwt = section('Jwt', 'A token that the balancer demands beside the API key.', {
  issuer: required(httpsAddress(), {
    description: 'What the claim `iss` of a token must be, to the letter.',
  }),
  jwksUrl: required(httpsAddress(), {
    description: "Where the issuer's public keys are: reachable from the internet, RS256, at most 10 keys.",
  }),
  audience: required(matching(/^[^\s"'\\]{1,256}$/, 'a text of 1 to 256 characters without spaces'), {
    description: 'What the claim `aud` of a token must be: one text, as most issuers write it for one API.',
  }),
});

export const gateway = sectionWithDefaults(
  section('Gateway', 'The OpenAI-compatible gateway; API keys are always on.', {
    keyLimits,
    jwt: optional(jwt, {
      description:
        'The balancer also demands a valid token in `Authorization`; the API key then travels in `x-litellm-api-key`.',
    }),
    timeoutSeconds: withDefault(whole(10, 3600), 300, {
      description: 'Longest answer; the timeouts of balancer, keep-alive, drain and grace follow from it.',
      unit: 's',
    }),
    retries: withDefault(whole(0, 5), 2, { description: 'Further attempts after an error of the engine.' }),
    routing: withDefault(z.enum(['shuffle', 'least-busy', 'lowest-latency', 'lowest-cost']), 'shuffle', {
      description: 'Choice among the copies of a model.',
    }),
    aliases: withDefault(
      z.record(text(128), text(63, 'the name of a model')),
      {},
      {
        description: 'Client name to model name, such as `gpt-4o: qwen3-8b`: existing clients keep working.',
      },
    ),
    autoRouter: optional(autoRouter, {
      description: 'A model name that sends easy requests to one model and hard ones to another.',
    }),
    degradedAnswer: optional(text(2000), {
      description: 'Last resort when every model fails: an answer that says it is degraded.',
      computedDefault: 'clients get status 503',
    }),
    piiMasking: optional(piiMasking, {
      description: 'Masks personal data before the model; `true` is short for the defaults.',
    }),
    guardrail: withDefault(z.boolean(), false, {
      description:
        "The cloud's content filter before and after every model, your own and managed ones (aws: Amazon Bedrock Guardrails).",
    }),
    responseCache: optional(responseCache, { description: 'Answer equal requests from the cache.' }),
    promptRetentionDays: withDefault(whole(0, 365), 0, {
      description: '0: prompts and answers are stored nowhere; else in Postgres, then deleted.',
      unit: 'days',
    }),
  }),
  { description: 'The OpenAI-compatible gateway; API keys are always on.' },
);
