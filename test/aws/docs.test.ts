import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { describe, expect, it } from 'vitest';
import { keyStatements } from '../../lib/aws/encryption';
import { deploymentTag } from '../../lib/aws/tags';

const page = readFileSync(join(__dirname, '../../docs/aws.md'), 'utf8');
const [machine, key] = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) =>
  JSON.parse(text as string),
);

describe('docs/aws.md', () => {
  it('has the statements that a key policy needs, as they are in the code', () => {
    const env = { account: '111122223333', region: 'eu-central-1' };
    const stack = new Stack(new App({ postCliContext: recommendedFlags }), 'Keys', { env });
    expect(key).toEqual(stack.resolve(keyStatements(stack).map((statement) => statement.toStatementJson())));
  });

  it('knows a machine by the tag that its role carries', () => {
    expect(machine.Condition.StringEquals[`aws:PrincipalTag/${deploymentTag}`]).toBe('chat-prod');
  });
});
