import { describe, expect, it } from 'vitest';
import { series } from '../../lib/plan/signals';
import { bundle } from '../../lib/runtime/bundle';
import { measurement } from '../../lib/runtime/telegraf-config';
import { examplePlan } from './example-plan';

const text = bundle(examplePlan(), 'aws').files.find(({ path }) => path === 'telegraf.conf')?.content ?? '';

describe('telemetry', () => {
  it('sends into the one namespace with the one dimension', () => {
    expect(text).toContain('namespace = "LLMServing"');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Telegraf reads the variable
    expect(text).toContain('[global_tags]\n  deployment = "${LLM_DEPLOYMENT}"\n');
  });

  it('makes no dimension of the host or of where the signals come from', () => {
    expect(text).toContain('omit_hostname = true');
    expect(text).toContain('tagexclude = ["url", "host"]');
  });

  it('asks the machine for its signals each minute', () => {
    expect(text).toContain('interval = "60s"');
    expect(text).toContain('urls = ["http://127.0.0.1:4081/signals"]');
    expect(text).toContain('data_format = "influx"');
  });

  it('can name every series: measurement and field, joined by _', () => {
    for (const name of Object.keys(series)) expect(name.startsWith(`${measurement}_`)).toBe(true);
  });
});
