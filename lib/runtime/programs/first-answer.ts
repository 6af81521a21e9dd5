/** `first_answer.py`: proves that what this machine runs answers; a gateway then makes the application key. */
export const firstAnswerProgram = `"""Waits until the engines of this machine answer, and through its gateway every model of its own, then sees that the
application has its API key."""
import functools
import hashlib
import json
import secrets
import time
import uuid

from machine import RUN, Failure, aws, environment, http, main, read_variables, say, settings, wait_until


# above what engines answer
UNLIMITED = 1_000_000_000


def bearer(key):
    return {'Authorization': 'Bearer ' + key}


def smallest_request(model):
    """Path and body of the shortest request of a model's task; another model's answer would prove nothing."""
    # and a cached answer would prove nothing of this machine
    body = {'model': model['name'], 'disable_fallbacks': True, 'cache': {'no-cache': True}}
    if model['task'] == 'embedding':
        return '/v1/embeddings', dict(body, input='ready')
    if model['task'] == 'completion':
        return '/v1/completions', dict(body, prompt='ready', max_tokens=1)
    message = [{'role': 'user', 'content': 'ready?'}]
    return '/v1/chat/completions', dict(body, messages=message, max_tokens=1)


def wait_for_answers(plan, master_key):
    last = {}

    def engine_is_up(engine):
        status, last['text'] = http(engine['url'] + '/health')
        return status == 200

    def model_answers(model):
        path, body = smallest_request(model)
        status, last['text'] = http(plan['gateway']['url'] + path, body, bearer(master_key), timeout=60)
        return status == 200

    seconds = plan['seconds']['loadSeconds']
    for engine in plan['engines']:
        if not wait_until(seconds, 5, functools.partial(engine_is_up, engine)):
            raise Failure(engine['service'] + ' does not answer after ' + str(seconds) + ' s: ' + last['text'][:500])
        say(engine['service'] + ' is up')

    def gateway_is_up():
        status, last['text'] = http(plan['gateway']['url'] + plan['gateway']['healthPath'])
        return status == 200

    if not plan['gateway']:
        return
    if not wait_until(300, 5, gateway_is_up):
        raise Failure('the gateway does not answer: ' + last['text'][:500])
    # a gateway is well without its fleets, which start later or are asleep
    for model in plan['served'] if plan['engines'] else []:
        # this machine is well without the cloud's models, which another one would not reach either
        if model['by'] == 'cloud':
            answers = model_answers(model)
            say(model['name'] + (' answers through the gateway' if answers else ', a model of the cloud, does not answer: ' + last['text'][:500]))
            continue
        if not wait_until(300, 5, functools.partial(model_answers, model)):
            raise Failure(model['name'] + ' does not answer through the gateway: ' + last['text'][:500])
        say(model['name'] + ' answers through the gateway')


def stored_key(secret):
    """The key, and the id of the version that the secret has now; no key while it is empty or holds something else."""
    answer = aws('secretsmanager', 'get-secret-value', '--secret-id', secret, allow=('ResourceNotFoundException',))
    found = {} if answer is None else json.loads(answer)
    value = found.get('SecretString') or ''
    return value if value.startswith('sk-') else None, found.get('VersionId', 'none')


def store_key(secret, key, version):
    """False when another machine was first: a version's id follows from the one before, and an id is written once."""
    token = str(uuid.uuid5(uuid.NAMESPACE_URL, secret + ' after ' + version))
    given = {'SecretId': secret, 'SecretString': key, 'ClientRequestToken': token}
    words = ('secretsmanager', 'put-secret-value', '--cli-input-json', 'file:///dev/stdin')
    return aws(*words, stdin=json.dumps(given), allow=('ResourceExistsException',)) is not None


def application_key(secret):
    """One for the deployment, however many gateways start together."""
    for attempt in range(12):
        key, version = stored_key(secret)
        if key is not None:
            return key
        key = 'sk-' + secrets.token_urlsafe(32)
        if store_key(secret, key, version):
            say('stored a new application key in ' + secret)
            return key
        say('another machine stores the application key')
        time.sleep(5)
    raise Failure(secret + ' holds no key, and takes none: look at its versions')


def ensure_application_key(plan, env, master_key):
    """Stored first and created second, with that value: a crash between the two leaves nothing that is lost."""
    ensure_key(plan, master_key, 'application', application_key(env['LLM_APPLICATION_KEY_SECRET']), {})


def ensure_batch_key(plan, master_key):
    """Derived from the seed, so every machine knows it; bound by what engines bear and not by the limits of clients."""
    rights = {'models': plan['worker']['models'], 'rpm_limit': UNLIMITED, 'tpm_limit': UNLIMITED, 'max_budget': UNLIMITED}
    key = read_variables(RUN + '/batch.env')['LLM_BATCH_KEY']
    if ensure_key(plan, master_key, 'batch', key, rights):
        return
    # of an earlier plan, perhaps
    status, text = http(plan['gateway']['url'] + '/key/update', dict(rights, key=key), bearer(master_key), timeout=60)
    if status != 200:
        raise Failure('the gateway did not change the batch key: ' + str(status) + ' ' + text[:300])


def ensure_key(plan, master_key, name, key, rights):
    """False when the gateway knew it already."""
    url = plan['gateway']['url']
    # the gateway stores and names keys by this hash
    token = hashlib.sha256(key.encode()).hexdigest()

    def known():
        status, text = http(url + '/key/info?key=' + token, headers=bearer(master_key), timeout=60)
        if status not in (200, 404):
            raise Failure('the gateway does not say whether it knows the ' + name + ' key: ' + str(status) + ' ' + text[:300])
        return status == 200

    if known():
        say('the ' + name + ' key is known to the gateway')
        return False
    body = dict(rights, key=key, key_alias=name + '-' + token[:8])
    status, text = http(url + '/key/generate', body, bearer(master_key), timeout=60)
    # another gateway may have made the same key since
    if status != 200 and not known():
        raise Failure('the gateway did not make the ' + name + ' key: ' + str(status) + ' ' + text[:300])
    say('the gateway knows the ' + name + ' key now')
    return True


def first_answer():
    plan, env = settings(), environment()
    master_key = read_variables(RUN + '/gateway.env')['LITELLM_MASTER_KEY'] if plan['gateway'] else None
    wait_for_answers(plan, master_key)
    if plan['gateway']:
        ensure_application_key(plan, env, master_key)
        if plan['worker']:
            ensure_batch_key(plan, master_key)


if __name__ == '__main__':
    main(first_answer)
`;
