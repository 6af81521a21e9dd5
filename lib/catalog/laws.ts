/** A law or standard that a spec may name. */
export const laws = ['gdpr', 'hipaa', 'soc2', 'ccpa'] as const;
export type Law = (typeof laws)[number];

/** What a law asks of resources, as far as a template can give it, and what stays with people. */
export interface LawFacts {
  /** As people write it. */
  title: string;
  /** Logs are kept so long at least; absent: no figure follows from the law. */
  leastLogDays?: number;
  /** Logs are kept no longer than they are of use. */
  shortLogs: boolean;
  /** Prompts and answers are kept so long at most. */
  mostPromptDays?: number;
  /** Encryption keys belong to the account, so that their use is recorded and can be ended. */
  ownKeys: boolean;
  /** Copies of logs that nobody can change or delete. */
  lockedLogs: boolean;
  /** Agreements, processes and settings of the account that no template makes. */
  remaining: readonly string[];
  /** Paragraphs behind the row. */
  source: string;
  asOf: string;
}

const facts: Readonly<Record<Law, LawFacts>> = {
  gdpr: {
    title: 'GDPR',
    shortLogs: true,
    mostPromptDays: 30,
    ownKeys: false,
    lockedLogs: false,
    remaining: [
      'a contract with the processor (Art. 28; the data processing addendum of AWS), the record of processing (Art. 30), an impact assessment where the risk is high (Art. 35)',
      'a legal basis for each purpose, and answers to access and deletion requests: the gateway knows keys and user ids, not people',
      'backups and old object versions keep deleted data until they expire: `database.backupDays` and 14 days',
      'telling the authority of a breach within 72 hours (Art. 33)',
    ],
    source: 'Regulation (EU) 2016/679, Art. 5(1)(c) and (e), 17, 28, 30, 32, 33, 44-49',
    asOf: '2026-11',
  },
  hipaa: {
    title: 'HIPAA',
    // six years with two leap days
    leastLogDays: 2192,
    shortLogs: false,
    ownKeys: true,
    lockedLogs: true,
    remaining: [
      'a business associate addendum with AWS for the account, accepted in AWS Artifact before any health data is sent',
      'risk analysis, training, sanctions and an emergency plan that was tried (164.308)',
      'reading the logs: the template keeps them and nobody is made to look (164.308(a)(1)(ii)(D))',
      'inside the network, requests go from the balancer to the machines without TLS',
    ],
    source: '45 CFR 164.308, 164.312(a), (b), (e), 164.316(b)(2)(i)',
    asOf: '2026-11',
  },
  soc2: {
    title: 'SOC 2',
    leastLogDays: 365,
    shortLogs: false,
    ownKeys: true,
    lockedLogs: false,
    remaining: [
      'policies, access reviews, change approval and the evidence that an auditor collects over months',
      'a list of suppliers and their reports (CC9.2): those of AWS are in AWS Artifact',
    ],
    source:
      'AICPA Trust Services Criteria 2017 (points of focus 2022): CC6.1, CC6.7, CC7.2, CC7.3, A1.2, C1.1',
    asOf: '2026-11',
  },
  ccpa: {
    title: 'CCPA',
    // 24 months with a leap day
    leastLogDays: 731,
    shortLogs: false,
    ownKeys: false,
    lockedLogs: false,
    remaining: [
      'notice at collection, and answers to requests to know, delete and correct: the gateway knows keys and user ids, not people',
      'a service provider contract with each supplier that sees personal data',
    ],
    source: 'Cal. Civ. Code 1798.100(c), 1798.105, 1798.150; 11 CCR 7101 (records of requests: 24 months)',
    asOf: '2026-11',
  },
};

export const lawFacts = (law: Law): LawFacts => facts[law];

/** What no law's row covers, whatever is named. */
export const remainingAlways: readonly string[] = [
  'who changes resources, reads secrets and uses keys is recorded by the trail of your account or organization: this deployment records only the objects of its own buckets',
  'GuardDuty, Security Hub, AWS Config and multi-factor sign-in are settings of the account',
  'the default security group of a new network is used by nothing and lets its members talk: docs/compliance.md has the commands that empty it',
  'logs of prompts by Bedrock (model invocation logging) are a setting of the account: leave it off, or keep what it writes as you keep prompts',
];
