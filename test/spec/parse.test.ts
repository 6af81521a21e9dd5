import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../lib/spec/parse';

const minimal = `name: hr-chatbot
cloud: aws
region: us-east-1
models: [Qwen/Qwen3-8B]
traffic: {concurrentUsers: 150}
`;

describe('parsing', () => {
  it('reads the five lines that suffice and fills in every literal default', () => {
    expect(parseSpec(minimal).spec).toMatchInlineSnapshot(`
      {
        "account": {},
        "cache": {},
        "capacity": {
          "purchase": "on-demand",
        },
        "cloud": "aws",
        "database": {},
        "environment": "prod",
        "gateway": {
          "aliases": {},
          "keyLimits": {},
          "promptRetentionDays": 0,
          "retries": 2,
          "routing": "shuffle",
          "timeoutSeconds": 300,
        },
        "images": {},
        "modelStore": {
          "import": "job",
          "keepRevisions": 2,
        },
        "models": [
          {
            "engine": "vllm",
            "engineArgs": {},
            "kvCacheDtype": "auto",
            "name": "qwen3-8b",
            "prefixCaching": true,
            "quantization": "none",
            "source": "Qwen/Qwen3-8B",
          },
        ],
        "monitoring": {
          "notify": {
            "emails": [],
          },
          "thresholds": {},
        },
        "name": "hr-chatbot",
        "network": {
          "tls": "required",
        },
        "regions": [
          "us-east-1",
        ],
        "reliability": {},
        "security": {
          "encryption": "provider-managed",
          "ipRequestsPerMinute": 600,
        },
        "tags": {},
        "traffic": {
          "concurrentUsers": 150,
          "peakFactor": 3,
          "requestsPerUserPerMinute": 1,
          "slo": {
            "interTokenMs": 100,
            "ttftMs": 2000,
          },
        },
        "version": 1,
      }
    `);
  });
});
