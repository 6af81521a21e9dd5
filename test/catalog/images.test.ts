import { describe, expect, it } from 'vitest';
import { gpus } from '../../lib/catalog/gpus';
import { engineNeeds, images } from '../../lib/catalog/images';

describe('images', () => {
  it.each(Object.entries(images))('%s is pinned to an exact version of a named registry', (_, image) => {
    expect(image.reference).toMatch(/^[a-z0-9.-]+\.[a-z]+\/[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    expect(image.reference).toContain(image.version);
    expect(image.source).not.toBe('');
    expect(image.asOf).toMatch(/^20\d\d-\d\d$/);
    if (!image.verified) expect(image.note).toMatch(/not looked up/);
  });

  it('runs the engine whose flags are in the data', () => {
    expect(images.engine.version).toBe('0.33.0');
  });

  it('runs the database major that the plan decides on', () => {
    expect(images.database.version).toMatch(/^17\./);
  });

  it('asks nothing of a GPU that one in the table lacks', () => {
    const lacking = gpus().filter((gpu) => gpu.computeCapability < engineNeeds.computeCapability);
    expect(lacking).toEqual([]);
    expect(engineNeeds.driver).toBe(580);
  });
});
