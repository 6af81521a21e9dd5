import { ports } from '../layout';

/** `application_key.py`: runs in the gateway's image before the user's container starts. */
export const applicationKeyProgram = String.raw`"""Sees that the gateway knows the API key of the user's container: made by the machine, the same on every machine."""
import hashlib
import json
import os
import shlex
import sys
import time
import urllib.error
import urllib.request

GATEWAY = os.environ.get('LLM_GATEWAY', 'http://gateway:${ports.gateway}')
KEY_FILE = os.environ.get('LLM_APPLICATION_KEY_FILE', '/run/secrets/application.env')
TRIES = 12
PAUSE_SECONDS = float(os.environ.get('LLM_PAUSE_SECONDS', '5'))
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path, operator, body=None):
    """Status and text of an answer; status 0 and the reason when there is none."""
    headers = {'Authorization': 'Bearer ' + operator, 'Content-Type': 'application/json'}
    data = None if body is None else json.dumps(body).encode()
    try:
        with DIRECT.open(urllib.request.Request(GATEWAY + path, data, headers), timeout=60) as answer:
            return answer.status, answer.read().decode('utf-8', 'replace')
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode('utf-8', 'replace')
    except OSError as error:
        return 0, str(error)


def read_key():
    with open(KEY_FILE) as file:
        values = dict(line.rstrip('\n').split('=', 1) for line in file if '=' in line)
    return ''.join(shlex.split(values['OPENAI_API_KEY']))


def main():
    operator, key = os.environ['LITELLM_MASTER_KEY'], read_key()
    # the gateway stores and names keys by this hash
    token = hashlib.sha256(key.encode()).hexdigest()
    said = ''
    for attempt in range(TRIES):
        status, said = ask('/key/info?key=' + token, operator)
        if status == 200:
            print('the gateway knows the key of the application', flush=True)
            return
        if status == 404:
            # another machine may make it at the same time: the next round sees it
            status, said = ask('/key/generate', operator, {'key': key, 'key_alias': 'application-container-' + token[:8]})
            if status == 200:
                print('the gateway knows the key of the application now', flush=True)
                return
        time.sleep(PAUSE_SECONDS)
    sys.exit('the gateway did not take the key of the application: ' + said[:300].replace(key, '(the key)'))


main()
`;
