import { describe, expect, it } from 'vitest';
import { planned } from './example';

describe('images', () => {
  it('are exact versions', () => {
    const { because: _, ...images } = planned().decisions.images;
    for (const reference of Object.values(images)) expect(reference).toMatch(/:v?\d+\.\d+/);
  });

  it("come from a mirror without the vendor's host", () => {
    const { gateway, engine } = planned({ images: { registry: 'mirror.example.com/llm' } }).decisions.images;
    expect(gateway).toMatch(/^mirror\.example\.com\/llm\/berriai\/litellm/);
    expect(engine).toMatch(/^mirror\.example\.com\/llm\/vllm\/vllm-openai:/);
  });

  it("are the user's own where written", () => {
    const own = `registry.example.com/engine@sha256:${'0'.repeat(64)}`;
    const { images } = planned({ images: { engine: own } }).decisions;
    expect(images.engine).toBe(own);
    expect(images.because).toContain('yours for engine');
  });
});
