import type { Plan } from '../plan/plan';
import { type BundleFile, bundleFile } from './bundle';
import { paths } from './layout';
import { hubDownloadProgram } from './programs/hub-download';
import { importModelsProgram } from './programs/import-models';
import { machineModule } from './programs/machine';
import { modelStoreProgram } from './programs/model-store';
import { type Stored, stored } from './stored';

/** Models and adapters that come from the hub: the others are in buckets already. */
export const importable = (plan: Plan): Stored[] => stored(plan).filter(({ origin }) => origin === 'hub');

/**
 * The machine's own programs and what they read, below a folder that stands for a machine (`LLM_ROOT`), so that
 * folders, lock and manifest of the bucket have one implementation.
 *
 * @param bucket name, without `s3://`
 */
export function importFiles(plan: Plan, bucket: string): BundleFile[] {
  const { timeouts, identity, models } = plan.decisions;
  const settings = {
    models: importable(plan),
    weightsGiB: models
      .filter(({ origin }) => origin === 'hub')
      .reduce((sum, model) => sum + model.weightsGiB, 0),
    seconds: timeouts,
  };
  const programs: Record<string, string> = {
    'machine.py': machineModule,
    'model_store.py': modelStoreProgram,
    'hub_download.py': hubDownloadProgram,
    'import_models.py': importModelsProgram,
    'settings.json': JSON.stringify(settings),
  };
  return [
    ...Object.entries(programs).map(([name, content]) => bundleFile(`${paths.bundle}/${name}`, content)),
    bundleFile(paths.environment, `LLM_REGION='${identity.region}'\nLLM_MODEL_BUCKET='${bucket}'\n`),
    // where the programs keep small files for the aws command
    bundleFile(`${paths.run}/.keep`, ''),
  ];
}
