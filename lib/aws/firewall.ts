import type * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { keyHeader } from '../plan/network';
import type { EntryDecision, IdentityDecision } from '../plan/plan';
import { type LogOptions, logGroupProps } from './log-retention';

export interface FirewallProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  readonly entry: Pick<EntryDecision, 'ipRequestsPerMinute' | 'keyRequestsPerMinute' | 'jwt'>;
  readonly loadBalancer: elb.IApplicationLoadBalancer;
  readonly logs: LogOptions;
}

/** Web firewall of a public API: a rate per address and per key, and AWS's common rules with those that read bodies on count. */
export class Firewall extends Construct {
  readonly webAcl: wafv2.CfnWebACL;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    this.webAcl = new wafv2.CfnWebACL(this, 'Resource', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible('firewall'),
      rules: [addressRule(props.entry), keyRule(props.entry), commonRules],
    });
    new wafv2.CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.loadBalancer.loadBalancerArn,
      webAclArn: this.webAcl.attrArn,
    });
    this.logGroup = this.log(props);
  }

  private log(props: FirewallProps): logs.LogGroup {
    const stack = Stack.of(this);
    // the prefix is a must; the stack's own id keeps the name free for the next stack when this group is retained
    const stackGuid = Fn.select(2, Fn.split('/', stack.stackId));
    const logGroupName = `aws-waf-logs-${props.identity.name}-${stackGuid}`;
    const group = new logs.LogGroup(this, 'Logs', { ...logGroupProps(props.logs), logGroupName });
    const logging = new wafv2.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.webAcl.attrArn,
      // without the `:*` that the attribute of a log group ends in
      logDestinationConfigs: [
        stack.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      // API keys travel in these
      redactedFields: ['authorization', 'x-litellm-api-key', 'x-api-key', 'api-key'].map((name) => ({
        singleHeader: { Name: name },
      })),
    });
    logging.addResourceDependency(group.node.defaultChild as logs.CfnLogGroup);
    return group;
  }
}

/**
 * Rules of AWSManagedRulesCommonRuleSet that read the body: prompts are long and hold code, markup and links.
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
export const countedRules = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
];

const commonRules: wafv2.CfnWebACL.RuleProperty = {
  name: 'common',
  priority: 2,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name: 'AWSManagedRulesCommonRuleSet',
      ruleActionOverrides: countedRules.map((name) => ({ name, actionToUse: { count: {} } })),
    },
  },
  visibilityConfig: visible('common'),
};

function addressRule({ ipRequestsPerMinute }: FirewallProps['entry']): wafv2.CfnWebACL.RuleProperty {
  return rateRule('rate-per-address', 0, { limit: ipRequestsPerMinute, aggregateKeyType: 'IP' });
}

/** By the header in which keys travel; a request without it has no key and is refused by the gateway. */
function keyRule({ keyRequestsPerMinute, jwt }: FirewallProps['entry']): wafv2.CfnWebACL.RuleProperty {
  const name = jwt ? keyHeader : 'authorization';
  return rateRule('rate-per-key', 1, {
    limit: keyRequestsPerMinute,
    aggregateKeyType: 'CUSTOM_KEYS',
    customKeys: [{ header: { name, textTransformations: [{ priority: 0, type: 'NONE' }] } }],
  });
}

function rateRule(
  name: string,
  priority: number,
  rate: wafv2.CfnWebACL.RateBasedStatementProperty,
): wafv2.CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    action: { block: { customResponse: { responseCode: 429 } } },
    statement: { rateBasedStatement: { ...rate, evaluationWindowSec: 60 } },
    visibilityConfig: visible(name),
  };
}

function visible(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
