import type { SingleServerPlan } from '../../../plan/plan';
import { applicationKeyFile } from '../../compose-application';
import { databaseName, databaseUser } from '../../layout';
import { type LocalForm, needsHubToken } from '../form';

/**
 * `secrets.sh`: random values once, and the files that programs read made of them at each run.
 *
 * The folder keeps others out. Its files can be read by whoever their one container runs as: Postgres and
 * Valkey leave root before they read theirs, and the gateway's root may not read what another user closed.
 */
export function secretsScript(plan: SingleServerPlan, form: LocalForm): string {
  const { cache, managedModels, application } = plan.decisions;
  const valkey = cache.valkey !== 'none';
  const cloud = managedModels.map(({ name }) => name).join(', ');
  return `#!/bin/sh
# Makes the secrets of this folder, once: what is there is never changed, so run it as often as you like.
# Lost with the folder: the password of the database. With its volume goes the data (docker compose down --volumes).
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
chmod 700 secrets

random() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \\n'; }

# made beside and moved: an interrupted run leaves no half of a secret
keep() {
  if [ ! -s "secrets/$1" ]; then
    printf '%s%s' "$2" "$(random)" >"secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
    echo "made secrets/$1"
  fi
}

# in place: a running container's mount shows the new text
readable() {
  cat >"secrets/$1"
  chmod 644 "secrets/$1"
}

value() { cat "secrets/$1"; }

keep operator_key sk-
keep gateway_salt sk-
keep engine_key ''
keep database_password ''
${valkey ? "keep cache_password ''\n" : ''}${application ? 'keep application_key sk-\n' : ''}chmod 644 secrets/database_password
${cloud === '' ? '' : cloudKeys(cloud)}
{
  echo "LITELLM_MASTER_KEY='$(value operator_key)'"
  echo "LITELLM_SALT_KEY='$(value gateway_salt)'"
  echo "ENGINE_API_KEY='$(value engine_key)'"
  echo "DATABASE_URL='postgresql://${databaseUser}:$(value database_password)@postgres:5432/${databaseName}'"
${valkey ? `  echo "REDIS_PASSWORD='$(value cache_password)'"\n` : ''}${cloud === '' ? '' : '  if [ -s secrets/cloud.env ]; then cat secrets/cloud.env; fi\n'}} | readable gateway.env
echo "${engineVariable[form.engine]}='$(value engine_key)'" | readable engine.env
${form.engine === 'llama.cpp' && form.monitoring ? 'value engine_key | readable metrics_key\n' : ''}${valkey ? `echo "requirepass $(value cache_password)" | readable valkey.conf\n` : ''}${application ? `echo "OPENAI_API_KEY=$(value application_key)" | readable ${applicationKeyFile}\n` : ''}${hubToken(plan, form)}echo 'secrets are in the folder secrets; it stays out of git'
`;
}

/** Where an engine looks for the one key that it takes. */
const engineVariable = {
  vllm: 'VLLM_API_KEY',
  simulated: 'VLLM_API_KEY',
  'llama.cpp': 'LLAMA_API_KEY',
} satisfies Record<LocalForm['engine'], string>;

/** Keys of AWS for the models of the cloud, which a machine there calls by its own identity. */
function cloudKeys(models: string): string {
  return `
cloud_keys() {
  for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; do
    key=$(printenv "$name" || true)
    case $key in
      *[!A-Za-z0-9/+=_-]*) echo "$name holds more than letters, digits and / + = _ -: copy it again" >&2; exit 1 ;;
      ?*) echo "$name='$key'" ;;
    esac
  done
}
if [ -n "$(printenv AWS_ACCESS_KEY_ID || true)" ]; then
  cloud_keys >secrets/cloud.env.new
  mv secrets/cloud.env.new secrets/cloud.env
  echo 'made secrets/cloud.env'
fi
if [ ! -s secrets/cloud.env ]; then
  echo '${models}: no answer without AWS keys that may call Amazon Bedrock: AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... sh secrets.sh' >&2
fi
`;
}

function hubToken(plan: SingleServerPlan, form: LocalForm): string {
  if (form.engine !== 'vllm' || form.weights !== undefined) return '';
  if (!needsHubToken(plan, form)) return ': | readable hub.env\n';
  const sources = plan.decisions.models.flatMap((model) => [model, ...model.adapters]);
  const pages = [...new Set(sources.map(({ source }) => `https://huggingface.co/${source}`))].join(' and ');
  return `
token=$(printenv HF_TOKEN || true)
if [ -n "$token" ]; then
  printf '%s' "$token" >secrets/hub_token
fi
if [ ! -s secrets/hub_token ]; then
  echo 'The weights need a Hugging Face token: accept the terms at ${pages}, make a read token, then' >&2
  echo '  HF_TOKEN=hf_... sh secrets.sh' >&2
  exit 1
fi
case $(value hub_token) in
  *[!A-Za-z0-9_-]*) echo 'HF_TOKEN holds more than letters, digits, _ and -: copy it again' >&2; rm secrets/hub_token; exit 1 ;;
esac
echo "HF_TOKEN='$(value hub_token)'" | readable hub.env
`;
}
