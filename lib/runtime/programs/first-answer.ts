/** `first_answer.py`: proves that the API answers through gateway and engine, and makes the application key. */
export const firstAnswerProgram = `"""Waits until every model of this machine answers through the gateway, then sees that the application has its API key."""
import functools
import hashlib
import json
import secrets

from machine import RUN, Failure, aws, environment, http, main, read_variables, say, settings, wait_until


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
    for model in plan['served']:
        # this machine is well without the cloud's models, which another one would not reach either
        if model['by'] == 'cloud':
            answers = model_answers(model)
            say(model['name'] + (' answers through the gateway' if answers else ', a model of the cloud, does not answer: ' + last['text'][:500]))
            continue
        if not wait_until(300, 5, functools.partial(model_answers, model)):
            raise Failure(model['name'] + ' does not answer through the gateway: ' + last['text'][:500])
        say(model['name'] + ' answers through the gateway')


def stored_key(secret):
    """None while the secret is empty or holds something else than a key."""
    answer = aws('secretsmanager', 'get-secret-value', '--secret-id', secret, allow=('ResourceNotFoundException',))
    value = '' if answer is None else json.loads(answer).get('SecretString') or ''
    return value if value.startswith('sk-') else None


def store_key(secret, key):
    aws('secretsmanager', 'put-secret-value', '--cli-input-json', 'file:///dev/stdin',
        stdin=json.dumps({'SecretId': secret, 'SecretString': key}))


def ensure_application_key(plan, env, master_key):
    """Stored first and created second, with that value: a crash between the two leaves nothing that is lost."""
    secret = env['LLM_APPLICATION_KEY_SECRET']
    key = stored_key(secret)
    if key is None:
        key = 'sk-' + secrets.token_urlsafe(32)
        store_key(secret, key)
        say('stored a new application key in ' + secret)
    url = plan['gateway']['url']
    # the gateway stores and names keys by this hash
    token = hashlib.sha256(key.encode()).hexdigest()
    status, text = http(url + '/key/info?key=' + token, headers=bearer(master_key), timeout=60)
    if status == 200:
        say('the application key is known to the gateway')
        return
    if status != 404:
        raise Failure('the gateway does not say whether it knows the application key: ' + str(status) + ' ' + text[:300])
    body = {'key': key, 'key_alias': 'application-' + token[:8]}
    status, text = http(url + '/key/generate', body, bearer(master_key), timeout=60)
    if status != 200:
        raise Failure('the gateway did not make the application key: ' + str(status) + ' ' + text[:300])
    say('the gateway knows the application key now')


def first_answer():
    plan, env = settings(), environment()
    master_key = read_variables(RUN + '/gateway.env')['LITELLM_MASTER_KEY']
    wait_for_answers(plan, master_key)
    ensure_application_key(plan, env, master_key)


if __name__ == '__main__':
    main(first_answer)
`;
