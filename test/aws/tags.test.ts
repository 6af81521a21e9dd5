import { describe, expect, it } from 'vitest';
import { deployments } from './plan-fixture';
import { type Properties, writtenOf } from './synthesize';

describe('tags', () => {
  it.each(Object.keys(deployments) as (keyof typeof deployments)[])(
    'of the roles of %s differ in more than their case, which IAM does not see',
    (name) => {
      const { resources } = writtenOf(name);
      const tagged = Object.entries(resources).filter(
        ([, { Type, Properties = {} }]) => Type.startsWith('AWS::IAM::') && Array.isArray(Properties.Tags),
      );
      expect(tagged.length).toBeGreaterThan(1);
      for (const [id, { Properties = {} }] of tagged) {
        const keys = (Properties.Tags as Properties[]).map(({ Key }) => Key.toLowerCase());
        expect(new Set(keys).size, id).toBe(keys.length);
      }
    },
  );
});
