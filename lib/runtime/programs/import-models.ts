/** `import_models.py`: what the first machine does, on the operator's computer. */
export const importModelsProgram = `"""Fills the model bucket from this computer: the folders, lock and manifest are those of model_store.py.

import_models.py WORK [FROM]: downloads lie below WORK until they are uploaded; FROM is a folder with the files.
The last line on standard output is JSON: what became of each model. Exit code 1: something to mend; 2: a defect.
"""
import fcntl
import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import traceback

from machine import BUNDLE, Failure, environment, settings
from model_store import LOCK, MANIFEST, POLL_SECONDS, fill, get, held_lock, manifest_sums, take_lock, weight_files, wrong_files

# another folder is another import, which must not believe that it began this one
ME = getpass.getuser() + ' at ' + socket.gethostname() + ' in ' + os.path.realpath(sys.argv[1])


def tell(text):
    print(text, file=sys.stderr, flush=True)


def download(model, target):
    tell('downloading ' + model['source'] + '@' + model['revision'] + ' into ' + target)
    if subprocess.run([sys.executable, BUNDLE + '/hub_download.py', model['source'], model['revision'], target], stdout=sys.stderr).returncode:
        raise Failure(model['source'] + '@' + model['revision'] + ' did not come from the hub; the line above says why. '
                      'A token is read from HF_TOKEN; --from takes a folder that you fetched yourself')


def check_given(folder):
    """A folder of the user, with its own SHA256SUMS where it has one."""
    if not os.path.isdir(folder):
        raise Failure('--from: there is no folder ' + folder)
    if not weight_files(folder):
        raise Failure('--from: ' + folder + ' is empty')
    path = os.path.join(folder, MANIFEST)
    if os.path.exists(path):
        wrong = wrong_files(folder, manifest_sums(open(path).read()))
        if wrong:
            raise Failure('files in ' + folder + ' do not match its ' + MANIFEST + ': ' + ', '.join(wrong))


def check_room(work, plan):
    free = shutil.disk_usage(work).free / 2**30
    if free < plan['weightsGiB'] * 1.05:
        raise Failure('%s has %.0f GiB free and the weights are %.0f GiB: give another folder with --work' % (work, free, plan['weightsGiB']))


def alone(work):
    """Two imports of this computer would write into the same files."""
    file = open(os.path.join(work, '.import.lock'), 'w')
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failure('another import works in ' + work + ': wait for it, or give another folder with --work')
    return file


def bring(model, plan, bucket, work, given):
    lock = model['folder'] + '/' + LOCK
    stale = plan['seconds']['loadSeconds']
    if get(bucket, model['folder'] + '/' + MANIFEST)[0] is not None:
        tell(model['name'] + ' is in the bucket already')
        return 'already there'
    while not take_lock(bucket, lock, stale, ME):
        time.sleep(POLL_SECONDS)
        if get(bucket, model['folder'] + '/' + MANIFEST)[0] is not None:
            return 'imported by another'
    with held_lock(bucket, lock, stale, ME):
        if get(bucket, model['folder'] + '/' + MANIFEST)[0] is not None:
            return 'imported by another'
        if given is None:
            target = os.path.join(work, model['folder'])
            os.makedirs(target, exist_ok=True)
            download(model, target)
            fill(model, target, bucket)
            shutil.rmtree(target)
        else:
            fill(model, given, bucket)
    return 'imported'


def main():
    work, given = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    plan, bucket = settings(), environment()['LLM_MODEL_BUCKET']
    if shutil.which('aws') is None:
        raise Failure('the aws command is not here: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html')
    os.makedirs(work, exist_ok=True)
    lock = alone(work)
    folders = {model['name']: given and (given if len(plan['models']) == 1 else os.path.join(given, model['name'])) for model in plan['models']}
    for folder in filter(None, folders.values()):
        check_given(folder)
    if given is None:
        check_room(work, plan)
    done = []
    for model in plan['models']:
        state = bring(model, plan, bucket, work, folders[model['name']])
        done.append({'name': model['name'], 'source': model['source'], 'revision': model['revision'], 'folder': 's3://' + bucket + '/' + model['folder'], 'state': state})
    lock.close()
    print(json.dumps(done), flush=True)


if __name__ == '__main__':
    # what model_store.py says is progress here
    import machine
    import model_store

    machine.say = model_store.say = tell
    try:
        main()
    except Failure as failure:
        tell('failed: ' + str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        tell('stopped; the same command goes on where it was')
        sys.exit(130)
    except Exception:
        traceback.print_exc()
        sys.exit(2)
`;
