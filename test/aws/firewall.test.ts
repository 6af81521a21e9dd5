import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { describe, expect, it } from 'vitest';
import { countedRules, Firewall, type FirewallProps } from '../../lib/aws/firewall';
import { type Properties, partWritten, type Written } from './synthesize';

const loadBalancerArn =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/llm/0123456789abcdef';

const firewall = (entry: Partial<FirewallProps['entry']> = {}) =>
  partWritten((stack) => {
    new Firewall(stack, 'Firewall', {
      identity: { name: 'chat-prod' },
      entry: { ipRequestsPerMinute: 600, keyRequestsPerMinute: 1500, ...entry },
      loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Balancer', {
        loadBalancerArn,
        securityGroupId: 'sg-1',
      }),
      logs: { retentionDays: 30, retain: false },
    });
  });
const template = firewall();
const rules = (written: Written) => written.only('AWS::WAFv2::WebACL').Properties?.Rules as Properties[];
const rule = (name: string, written = template) => rules(written).find(({ Name }) => Name === name);

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

  it('counts requests of a key too, by the header in which keys travel', () => {
    const header = (written: Written) =>
      rule('rate-per-key', written)?.Statement.RateBasedStatement.CustomKeys[0].Header.Name;
    expect(rule('rate-per-key')?.Statement.RateBasedStatement).toMatchObject({
      AggregateKeyType: 'CUSTOM_KEYS',
      Limit: 1500,
      EvaluationWindowSec: 60,
    });
    expect(rule('rate-per-key')?.Action.Block.CustomResponse.ResponseCode).toBe(429);
    expect(header(template)).toBe('authorization');
    const jwt = { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/keys', audience: 'llm' };
    expect(header(firewall({ jwt }))).toBe('x-litellm-api-key');
  });

  it('looks at addresses first, then at keys, then at what requests say', () => {
    expect(rules(template).map(({ Priority, Name }) => [Priority, Name])).toEqual([
      [0, 'rate-per-address'],
      [1, 'rate-per-key'],
      [2, 'common'],
    ]);
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
