/** `machine.py`: what the other Python programs share. Python 3.9 and its standard library, as on every machine image. */
export const machineModule = String.raw`"""What the programs of this machine share: places, settings, the aws command, HTTP on the loopback."""
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request

# a folder in tests, empty on a machine
ROOT = os.environ.get('LLM_ROOT', '')
BUNDLE = ROOT + '/opt/llm/bundle'
RUN = ROOT + '/run/llm'
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """Something an operator can act on; its text is the whole message."""


def say(text):
    print(text, flush=True)


def settings():
    with open(BUNDLE + '/settings.json') as file:
        return json.load(file)


def read_variables(path):
    """KEY='value' lines as written by this bundle, shell quoting undone."""
    import shlex

    with open(path) as file:
        pairs = [line.rstrip('\n').split('=', 1) for line in file if '=' in line]
    return {key: ''.join(shlex.split(value)) for key, value in pairs}


def environment():
    return read_variables(ROOT + '/etc/llm/env')


def aws(*words, stdin=None, allow=()):
    """Output of an aws command. One of the error codes in allow gives None, any other failure is raised."""
    region = environment()['LLM_REGION']
    done = subprocess.run(
        ['aws', '--region', region, '--output', 'json', *words], input=stdin, capture_output=True, text=True
    )
    if done.returncode == 0:
        return done.stdout
    if any('(' + code + ')' in done.stderr for code in allow):
        return None
    raise Failure('aws ' + ' '.join(words[:2]) + ' failed: ' + done.stderr.strip())


def http(url, data=None, headers=None, timeout=10, method=None):
    """Status and body of an answer; status 0 and the reason when there is none."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    if body is not None:
        request.add_header('Content-Type', 'application/json')
    try:
        with DIRECT.open(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode('utf-8', 'replace')
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode('utf-8', 'replace')
    except Exception as error:  # refused, reset, timed out: all mean no answer
        return 0, str(error)


METADATA = os.environ.get('LLM_METADATA_URL', 'http://169.254.169.254')


def metadata(path):
    """A value of the EC2 instance metadata service, version 2; None where there is none."""
    status, token = http(
        METADATA + '/latest/api/token', headers={'X-aws-ec2-metadata-token-ttl-seconds': '300'}, method='PUT', timeout=3
    )
    if status != 200:
        raise Failure('the instance metadata service gave no token: ' + (token or str(status)))
    status, value = http(METADATA + '/latest/meta-data/' + path, headers={'X-aws-ec2-metadata-token': token}, timeout=3)
    if status == 404:
        return None
    if status != 200:
        raise Failure('the instance metadata service does not answer for ' + path + ': ' + value)
    return value


# the hook ends a wait that shows no sign of life
HEARTBEAT_SECONDS = float(os.environ.get('LLM_HEARTBEAT_SECONDS', '60'))


def tell_hook(hook, command, *words):
    """False when the group does not wait for this machine: a spot interruption may come without the hook."""
    names = ('--lifecycle-hook-name', hook, '--auto-scaling-group-name', environment()['LLM_GROUP'])
    here = ('--instance-id', metadata('instance-id'))
    return aws('autoscaling', command, *names, *words, *here, allow=('ValidationError',)) is not None


def keep_hook_waiting(hook, over):
    """Signs of life until the event over, in a thread of its own."""

    def beat():
        while not over.wait(HEARTBEAT_SECONDS):
            try:
                tell_hook(hook, 'record-lifecycle-action-heartbeat')
            except Failure as failure:  # the next one may come through
                say(str(failure))

    threading.Thread(target=beat, daemon=True).start()


def wait_until(seconds, every, check):
    """The first true value of check, asked again after each pause; None when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() + every > end:
            return value or None
        time.sleep(every)


def main(program):
    """Runs a program; a Failure is one line on stderr and exit 1."""
    import sys

    try:
        program()
    except Failure as failure:
        print('failed: ' + str(failure), file=sys.stderr, flush=True)
        sys.exit(1)
`;
