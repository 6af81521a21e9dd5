/** `fetch_secrets.py`: secrets by the machine's identity into a tmpfs, one file for each program. */
export const fetchSecretsProgram = String.raw`"""Fetches the deployment's secrets and derives the machine's own, into files under /run/llm."""
import hashlib
import hmac
import json
import os
import urllib.parse

from machine import RUN, Failure, aws, environment, main, say, settings

# label of the key between gateway and engines, wherever each of them runs
ENGINE_KEY = 'engine api key'
# of the key of the batch worker, which the gateway learns at the first answer
BATCH_KEY = 'batch api key'


def fetch(secret):
    value = json.loads(aws('secretsmanager', 'get-secret-value', '--secret-id', secret)).get('SecretString')
    if not value:
        raise Failure('secret ' + secret + ' has no text value')
    return value


def derive(seed, label):
    """The same on every machine of the deployment, and nothing about the seed can be learned from it."""
    return hmac.new(seed.encode(), label.encode(), hashlib.sha256).hexdigest()


def operator_key(value):
    """LiteLLM takes only keys that begin with sk-."""
    return value if value.startswith('sk-') else 'sk-' + value


def database_url(user, password, host, name, options=''):
    quoted = urllib.parse.quote(password, safe='')
    return 'postgresql://' + urllib.parse.quote(user, safe='') + ':' + quoted + '@' + host + ':5432/' + name + options


def write(name, text):
    """Nobody but root enters the folder. A file in it can be read by whoever its one container runs as."""
    path = RUN + '/' + name
    # in place, so that a running container's mount shows the new text
    with open(path, 'w') as file:
        file.write(text)
    os.chmod(path, 0o644)


def variables(values):
    lines = [key + "='" + value.replace("'", "'\\''") + "'\n" for key, value in values.items()]
    return ''.join(lines)


def gateway_variables(plan, env, seed, engine_key):
    gateway = {
        'LITELLM_MASTER_KEY': operator_key(fetch(env['LLM_MASTER_KEY_SECRET'])),
        'LITELLM_SALT_KEY': 'sk-' + derive(seed, 'gateway salt'),
        'ENGINE_API_KEY': engine_key,
    }
    if plan['postgres'] == 'embedded':
        password = derive(seed, 'database password')
        write('database_password', password)
        gateway['DATABASE_URL'] = database_url(plan['databaseUser'], password, 'postgres', plan['databaseName'])
    else:
        login = json.loads(fetch(env['LLM_DATABASE_SECRET']))
        gateway['DATABASE_URL'] = database_url(
            login['username'], login['password'], env['LLM_DATABASE_HOST'], plan['databaseName'], '?sslmode=require'
        )
    if plan['valkey'] == 'embedded':
        gateway['REDIS_PASSWORD'] = derive(seed, 'cache password')
        write('valkey.conf', 'requirepass ' + gateway['REDIS_PASSWORD'] + '\n')
    elif plan['valkey'] == 'managed':
        gateway['REDIS_PASSWORD'] = fetch(env['LLM_CACHE_SECRET'])
    return gateway


def fetch_all():
    """What this machine runs decides which secrets it has: a fleet's machine sees no more than opens its engines."""
    plan, env = settings(), environment()
    os.makedirs(RUN, mode=0o700, exist_ok=True)
    os.chmod(RUN, 0o700)
    seed = fetch(env['LLM_INTERNAL_SECRET']) if plan['gateway'] else None
    # one machine that is both, or has no engine to call, has one seed
    engine_key = derive(fetch(env['LLM_ENGINE_SECRET']) if 'LLM_ENGINE_SECRET' in env else seed, ENGINE_KEY)
    if plan['gateway']:
        write('gateway.env', variables(gateway_variables(plan, env, seed, engine_key)))
    if plan['application']:
        # the same on every machine; docker reads the file, which takes no quotes away
        write('application.env', 'OPENAI_API_KEY=sk-' + derive(seed, 'application container key') + '\n')
    if plan['engines']:
        write('engine.env', variables({'VLLM_API_KEY': engine_key}))
    if plan['worker']:
        # machines without a gateway ask their own engines
        key = 'sk-' + derive(seed, BATCH_KEY) if plan['gateway'] else engine_key
        write('batch.env', variables({'LLM_BATCH_KEY': key}))
    if plan['hubToken']:
        write('hub_token', fetch(env['LLM_HUB_TOKEN_SECRET']).strip())
    say('secrets are in ' + RUN)


if __name__ == '__main__':
    main(fetch_all)
`;
