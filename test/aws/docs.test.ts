import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../lib/aws/budget';
import { keyStatements } from '../../lib/aws/encryption';
import { deploymentTag } from '../../lib/aws/tags';
import { type Properties, partWritten, writtenOf } from './synthesize';

const page = readFileSync(join(__dirname, '../../docs/aws.md'), 'utf8');
const [machine, key, audit] = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) =>
  JSON.parse(text as string),
);

describe('docs/aws.md', () => {
  it('has the statements that a key policy needs, as they are in the code', () => {
    const env = { account: '111122223333', region: 'eu-central-1' };
    const stack = new Stack(new App({ postCliContext: recommendedFlags }), 'Keys', { env });
    expect(key).toEqual(stack.resolve(keyStatements(stack).map((statement) => statement.toStatementJson())));
  });

  it('has the statements that an audit log adds', () => {
    const env = { account: '111122223333', region: 'eu-central-1' };
    const stack = new Stack(new App({ postCliContext: recommendedFlags }), 'Keys', { env });
    const added = keyStatements(stack, { auditLog: true }).slice(keyStatements(stack).length);
    expect(audit).toEqual(stack.resolve(added.map((statement) => statement.toStatementJson())));
  });

  it('knows a machine by the tag that its role carries', () => {
    expect(machine.Condition.StringEquals[`aws:PrincipalTag/${deploymentTag}`]).toBe('chat-prod');
  });

  it('makes a budget that counts what the construct would', () => {
    const template = partWritten((stack) => {
      new Budget(stack, 'Budget', {
        identity: { name: 'chat-prod' },
        budget: { monthlyUsd: 2000, alertAtPercent: [80], because: 'test' },
        topic: new Topic(stack, 'Topic'),
      });
    });
    const written = /^cat > budget.json <<'END'\n(.*?)^END$/ms.exec(page)?.[1] as string;
    const { BudgetName, BudgetLimit, ...rest } = JSON.parse(written);
    const { Budget: made } = template.only('AWS::Budgets::Budget').Properties as Properties;
    expect({ ...rest, BudgetLimit: { Amount: Number(BudgetLimit.Amount), Unit: BudgetLimit.Unit } }).toEqual(
      made,
    );
    expect(BudgetName).toBe('chat-prod');
  });

  it('finds the seed by the words that describe it', () => {
    const words = /Key=description,Values='(.*?)'/.exec(page)?.[1] as string;
    const secrets = writtenOf('tunnel').properties('AWS::SecretsManager::Secret');
    expect(secrets.filter(({ Description }) => Description.startsWith(words))).toHaveLength(1);
  });
});
