import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { describe, expect, it } from 'vitest';
import { countedRules, Firewall } from '../../lib/aws/firewall';
import { type Properties, partWritten } from './synthesize';

const loadBalancerArn =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/llm/0123456789abcdef';

const template = partWritten((stack) => {
  new Firewall(stack, 'Firewall', {
    identity: { name: 'chat-prod' },
    entry: { ipRequestsPerMinute: 600 },
    loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Balancer', {
      loadBalancerArn,
      securityGroupId: 'sg-1',
    }),
    logs: { retentionDays: 30, retain: false },
  });
});
const rules = template.only('AWS::WAFv2::WebACL').Properties?.Rules as Properties[];
const rule = (name: string) => rules.find(({ Name }) => Name === name);

describe('the web firewall', () => {
  it('stands before the balancer', () => {
    expect(template.only('AWS::WAFv2::WebACLAssociation').Properties?.ResourceArn).toBe(loadBalancerArn);
  });

  it('counts requests of an address by the minute, and answers 429 above the limit', () => {
    expect(rule('rate-per-address')?.Statement.RateBasedStatement).toEqual({
      AggregateKeyType: 'IP',
      Limit: 600,
      EvaluationWindowSec: 60,
    });
    expect(rule('rate-per-address')?.Action.Block.CustomResponse.ResponseCode).toBe(429);
  });

  it('lets long prompts with code and links through: rules that read the body only count', () => {
    const overrides = rule('common')?.Statement.ManagedRuleGroupStatement.RuleActionOverrides;
    expect(overrides.map(({ Name }: Properties) => Name)).toEqual(countedRules);
    expect(countedRules).toContain('SizeRestrictions_BODY');
    for (const override of overrides) expect(override.ActionToUse).toEqual({ Count: {} });
  });

  it('logs without API keys, into a group whose name it may write to', () => {
    const logging = template.only('AWS::WAFv2::LoggingConfiguration').Properties as Properties;
    expect(logging.RedactedFields.map((field: Properties) => field.SingleHeader.Name)).toEqual([
      'authorization',
      'x-litellm-api-key',
      'x-api-key',
      'api-key',
    ]);
    const name = template.only('AWS::Logs::LogGroup').Properties?.LogGroupName;
    expect(name['Fn::Join'][1][0]).toBe('aws-waf-logs-chat-prod-');
    expect(JSON.stringify(logging.LogDestinationConfigs)).toContain(':log-group:aws-waf-logs-chat-prod-');
    expect(JSON.stringify(logging.LogDestinationConfigs)).not.toContain(':*');
  });
});
