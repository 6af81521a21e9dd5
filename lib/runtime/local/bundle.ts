import type { SingleServerPlan } from '../../plan/plan';
import { type BundleFile, bundleFile } from '../bundle';
import { configText, litellmConfig, litellmSettings } from '../litellm-config';
import { applicationKeyProgram } from '../programs/application-key';
import { degradedAnswerFiles } from '../programs/degraded-answer';
import { enterScript } from '../programs/enter';
import { hubDownloadProgram } from '../programs/hub-download';
import { limitGuardFiles } from '../programs/limit-guard';
import { requestGuardFiles } from '../programs/request-guard';
import { localComposeFile } from './compose';
import { type LocalForm, localPlan } from './form';
import { withLlamaErrors } from './llama/gateway';
import { monitoringFiles } from './monitoring/services';
import { keyScript } from './programs/key';
import { newKeyProgram } from './programs/new-key';
import { secretsScript } from './programs/secrets';
import { simulatedEngineProgram } from './programs/simulated-engine';
import { simulatedPaceProgram } from './programs/simulated-pace';
import { simulatedSeriesProgram } from './programs/simulated-series';
import { localReadme } from './readme';

const simulatedFiles = {
  'simulated_engine.py': simulatedEngineProgram,
  'simulated_pace.py': simulatedPaceProgram,
  'simulated_series.py': simulatedSeriesProgram,
};

/** The folder for a machine of your own, sorted by path: the same plan and form give the same bytes. */
export function localBundle(plan: SingleServerPlan, form: LocalForm): BundleFile[] {
  const here = localPlan(plan, form);
  const files: Record<string, string> = {
    'litellm.yaml': gatewayConfig(here, form),
    'enter.sh': enterScript,
    'secrets.sh': secretsScript(here, form),
    'key.sh': keyScript(here),
    'new_key.py': newKeyProgram,
    ...requestGuardFiles(),
    ...limitGuardFiles(here),
    ...degradedAnswerFiles(here),
    ...(here.decisions.application ? { 'application_key.py': applicationKeyProgram } : {}),
    '.gitignore': 'secrets/\n',
    ...(form.engine === 'simulated' ? simulatedFiles : {}),
    ...(form.engine === 'vllm' && form.weights === undefined
      ? { 'hub_download.py': hubDownloadProgram }
      : {}),
    ...(form.monitoring ? monitoringFiles(here, form) : {}),
    // about the plan as it is for the cloud, whose differences it tells
    'README.md': localReadme(plan, form),
  };
  const all = { ...files, 'compose.yaml': localComposeFile(here, form, files) };
  return Object.entries(all)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, content]) => bundleFile(path, content));
}

const gatewayConfig = (plan: SingleServerPlan, { engine }: LocalForm) =>
  engine === 'llama.cpp' ? configText(withLlamaErrors(litellmSettings(plan))) : litellmConfig(plan);
