import * as budgets from 'aws-cdk-lib/aws-budgets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { BudgetDecision, IdentityDecision } from '../plan/plan';
import { deploymentTag } from './tags';

export interface BudgetProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  readonly budget: BudgetDecision;
  /** Told at each threshold. A topic and not addresses: a budget is replaced when an address changes. */
  readonly topic: sns.ITopic;
}

/**
 * Alerts on the money that this deployment spends in a month.
 *
 * Counts nothing until the tag `llm-deployment` is activated as a cost allocation tag in the billing console of the
 * paying account, which no template can do.
 *
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
 */
export class Budget extends Construct {
  readonly budget: budgets.CfnBudget;

  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    const { monthlyUsd, alertAtPercent } = props.budget;
    this.budget = new budgets.CfnBudget(this, 'Resource', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${deploymentTag}$${props.identity.name}`] },
      },
      notificationsWithSubscribers: alertAtPercent.map((threshold) => ({
        notification: {
          notificationType: 'ACTUAL',
          comparisonOperator: 'GREATER_THAN',
          threshold,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'SNS', address: props.topic.topicArn }],
      })),
    });
  }
}
