import { ports } from '../../layout';

/** `new_key.py`: runs in the gateway's container, where the operator's key is. */
export const newKeyProgram = String.raw`"""Waits until the model answers through the gateway, then makes an API key and prints how to use it."""
import json
import os
import sys
import time
import urllib.error
import urllib.request

GATEWAY = os.environ.get('LLM_GATEWAY', 'http://127.0.0.1:${ports.gateway}')
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def post(path, body, key):
    """Status and text of an answer; status 0 and the reason when there is none."""
    headers = {'Authorization': 'Bearer ' + key, 'Content-Type': 'application/json'}
    request = urllib.request.Request(GATEWAY + path, json.dumps(body).encode(), headers)
    try:
        with DIRECT.open(request, timeout=120) as answer:
            return answer.status, answer.read().decode('utf-8', 'replace')
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode('utf-8', 'replace')
    except OSError as error:
        return 0, str(error)


def wait_for_answer(path, body, key, seconds):
    end = time.monotonic() + seconds
    told = False
    while True:
        status, text = post(path, body, key)
        if status == 200:
            return
        if status in (400, 401, 403, 404, 422):
            sys.exit('the gateway refuses the request with ' + str(status) + ': ' + text[:500])
        if time.monotonic() > end:
            sys.exit('no answer after ' + str(seconds) + ' s (docker compose logs says more); the last one: ' + text[:500])
        if not told:
            print('waiting for ' + body['model'] + ' to load; docker compose logs --follow shows how far it is', file=sys.stderr, flush=True)
            told = True
        time.sleep(3)


def base_url(address):
    host, port = address.rsplit(':', 1)
    return 'http://' + ('localhost' if host in ('127.0.0.1', '0.0.0.0', '[::]') else host) + ':' + port


def main():
    address, path, text, seconds = sys.argv[1:5]
    name = ' '.join(sys.argv[5:])
    operator, body = os.environ['LITELLM_MASTER_KEY'], json.loads(text)
    # one token is enough to know
    probe = body if 'input' in body else dict(body, max_tokens=1)
    # another model's answer would prove nothing
    probe = dict(probe, disable_fallbacks=True)
    wait_for_answer(path, probe, operator, float(seconds))
    status, answer = post('/key/generate', {'key_alias': name} if name else {}, operator)
    if status != 200:
        sys.exit('the gateway made no key: ' + str(status) + ' ' + answer[:500])
    key = json.loads(answer)['key']
    print('API key, shown once: ' + key + '\n')
    print('curl ' + base_url(address) + path + ' \\')
    print("  -H 'Authorization: Bearer " + key + "' -H 'Content-Type: application/json' \\")
    print("  -d '" + text + "'")


main()
`;
