import { describe, expect, it } from 'vitest';
import { everyDeployment } from './every-deployment';
import type { Properties } from './synthesize';

describe('tags', () => {
  it.each(Object.entries(everyDeployment()))(
    'of the roles of %s differ in more than their case, which IAM does not see',
    (_, { template }) => {
      const { resources } = template();
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
