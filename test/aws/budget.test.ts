import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../lib/aws/budget';
import { type Properties, partWritten } from './synthesize';

const template = partWritten((stack) => {
  new Budget(stack, 'Budget', {
    identity: { name: 'chat-prod' },
    budget: { monthlyUsd: 2000, alertAtPercent: [50, 100], because: 'test' },
    topic: new Topic(stack, 'Topic'),
  });
});
const budget = template.only('AWS::Budgets::Budget').Properties as Properties;

describe('the budget', () => {
  it('counts what carries the tag of the deployment, by the month', () => {
    expect(budget.Budget).toEqual({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 2000, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:llm-deployment$chat-prod'] },
    });
  });

  it('tells the topic at each threshold, so that a new address does not replace it', () => {
    const alerts = budget.NotificationsWithSubscribers as Properties[];
    expect(alerts.map(({ Notification }) => Notification.Threshold)).toEqual([50, 100]);
    for (const { Subscribers } of alerts) {
      expect(Subscribers).toEqual([
        { SubscriptionType: 'SNS', Address: { Ref: template.logicalId('AWS::SNS::Topic') } },
      ]);
    }
  });
});
