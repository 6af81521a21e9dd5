/** The answers that a first spec is written from, in the words of the spec. */
export interface Answers {
  name: string;
  cloud: string;
  region: string;
  model: string;
  concurrentUsers: number;
  /** Absent: the machine is reached through a tunnel. */
  domain?: string;
  dnsZone?: string;
  /** Name of the secret with the hub token, for gated models. */
  hubTokenSecret?: string;
  /** Who hears of alarms. */
  notify?: string;
}

/** A commented spec of under 20 lines; `schema` is the path or address that editors complete from. */
export function firstSpec(answers: Answers, schema: string): string {
  const { name, cloud, region, model, concurrentUsers } = answers;
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '# Every field has a default that `llm-constructs plan` explains; docs/spec.md lists them all.',
    `name: ${scalar(name)}`,
    `cloud: ${scalar(cloud)}`,
    `region: ${scalar(region)}`,
    `models: [${scalar(model)}]  # others: llm-constructs models`,
    'traffic:',
    `  concurrentUsers: ${concurrentUsers}  # people active in the busiest minute`,
    ...networkLines(answers),
    ...(answers.hubTokenSecret
      ? [
          `modelStore: {hubTokenSecret: ${scalar(answers.hubTokenSecret)}}  # name of the secret, never the token`,
        ]
      : []),
    answers.notify
      ? `monitoring: {notify: ${scalar(answers.notify)}}  # who hears of alarms`
      : '# monitoring: {notify: ops@example.com}  # who hears of alarms',
    '# budget: {monthlyUsd: 2000}  # mails at 50, 80 and 100 percent',
  ];
  return `${lines.join('\n')}\n`;
}

function networkLines({ domain, dnsZone }: Answers): string[] {
  if (!domain) {
    return [
      '# Without a domain the server is reached through a tunnel; a name opens a TLS balancer:',
      '# network: {domain: llm.example.com, dnsZone: Z0123456789ABCDEFGHIJ}',
    ];
  }
  return [
    'network:',
    `  domain: ${scalar(domain)}  # what clients call, through a TLS balancer`,
    dnsZone
      ? `  dnsZone: ${scalar(dnsZone)}  # gets the record and validates the certificate`
      : '  # dnsZone: Z0123456789ABCDEFGHIJ  # or `certificate`: needed before synth',
  ];
}

/** Plain where YAML reads it as this very string, else quoted. */
function scalar(text: string): string {
  const plain =
    /^[A-Za-z][\w./-]*(@[\w.-]+)?$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
