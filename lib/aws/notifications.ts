import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { MonitoringDecision } from '../plan/plan';
import { groupPublisherStatement, publisherStatement } from './encryption';

export interface NotificationsProps {
  readonly monitoring: Pick<MonitoringDecision, 'emails' | 'webhookSecret'>;
  /**
   * Key of the topic; its policy must let CloudWatch, Budgets and Auto Scaling publish.
   *
   * @default - a new key: alarms cannot publish to a topic that AWS's own SNS key encrypts, and are lost silently
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
   */
  readonly key?: kms.IKey | undefined;
}

/** The topic that alarms, budget and group tell, and the people who read it. */
export class Notifications extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Resource', {
      displayName: 'LLM serving',
      enforceSSL: true,
      masterKey: props.key ?? this.topicKey(),
    });
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Alerts',
        principals: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map(
          (service) => new iam.ServicePrincipal(service),
        ),
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    this.subscribe(props.monitoring);
  }

  private topicKey(): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Messages about an LLM deployment',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stack = Stack.of(this);
    for (const statement of [publisherStatement(), groupPublisherStatement(stack)]) {
      key.addToResourcePolicy(statement);
    }
    return key;
  }

  private subscribe({ emails, webhookSecret }: NotificationsProps['monitoring']): void {
    for (const email of emails) {
      new sns.Subscription(this, email, {
        topic: this.topic,
        protocol: sns.SubscriptionProtocol.EMAIL,
        endpoint: email,
      });
    }
    if (webhookSecret !== undefined) {
      new sns.Subscription(this, 'Webhook', {
        topic: this.topic,
        protocol: sns.SubscriptionProtocol.HTTPS,
        // a reference that CloudFormation resolves: the address stands in no template
        endpoint: SecretValue.secretsManager(webhookSecret).unsafeUnwrap(),
      });
    }
  }
}
