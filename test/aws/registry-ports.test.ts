import { describe, expect, it } from 'vitest';
import { registryPorts } from '../../lib/aws/registry-ports';

const images = (reference: string) => ({
  gateway: reference,
  engine: reference,
  database: 'postgres:17.4',
  cache: 'valkey/valkey:8.0.2',
  telemetry: 'ghcr.io/acme/telegraf@sha256:0123',
  because: 'mirror.example.com:9999/in a sentence',
});

describe('ports of image registries', () => {
  it.each([
    ['vllm/vllm-openai:v0.30.0', []],
    ['mirror.example.com/llm/engine:1.0', []],
    ['mirror.example.com:443/llm/engine:1.0', []],
    ['mirror.example.com:5000/llm/engine:1.0', [5000]],
  ])('of %s are %j', (reference, ports) => {
    expect(registryPorts(images(reference))).toEqual(ports);
  });
});
