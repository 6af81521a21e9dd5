// Writes tests for promtool: each alarm of plan.json fires when its series is beyond the threshold for as long as
// the plan says, not earlier, and never at the threshold. Reads the plan alone, so that it can disagree with the rules.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, unseen] = process.argv.slice(2);
const { identity, monitoring } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')).decisions;
const missing = unseen.split(',');
const watched = monitoring.alarms.filter(
  ({ metric }) => metric.sentBy === 'machine' && !missing.includes(metric.series),
);

const series = (name, value) => ({
  series: `${name}{deployment="${identity.name}"}`,
  values: `${value}x400`,
});
// the one alarm that silence sets off
const alive = ({ metric }) => (metric.series === 'llm_up' ? [] : [series('llm_up', 1)]);

const expected = ({ severity, title, runbook }) => ({
  exp_labels: { deployment: identity.name, severity },
  exp_annotations: { summary: title, description: runbook },
});

const tests = watched.flatMap((alarm) => {
  const alertname = alarm.signal
    .split('-')
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('');
  const beyond = alarm.threshold + (alarm.comparison === 'above' ? 0.5 : -0.5);
  const at = (minutes, fires) => ({
    eval_time: `${minutes * 60}s`,
    alertname,
    exp_alerts: fires ? [expected(alarm)] : [],
  });
  const { forMinutes: minutes } = alarm;
  return [
    {
      name: `${alarm.signal} beyond its threshold`,
      interval: '15s',
      input_series: [series(alarm.metric.series, beyond), ...alive(alarm)],
      alert_rule_test: [at(minutes - 0.5, false), at(minutes + 1, true)],
    },
    {
      name: `${alarm.signal} at its threshold`,
      interval: '15s',
      input_series: [series(alarm.metric.series, alarm.threshold), ...alive(alarm)],
      alert_rule_test: [at(minutes + 5, false)],
    },
    {
      name: `${alarm.signal} silent`,
      interval: '15s',
      input_series: alive(alarm),
      alert_rule_test: [at(minutes + 5, alarm.whenMissing === 'alarm')],
    },
  ];
});

const file = join(folder, 'alert-tests.json');
writeFileSync(file, JSON.stringify({ rule_files: ['alerts.yaml'], evaluation_interval: '15s', tests }));
console.log(`${tests.length} tests of ${watched.length} alerts in ${folder.split('/').at(-1)}`);
if (watched.length < 5) throw new Error('fewer alerts than a deployment has');
