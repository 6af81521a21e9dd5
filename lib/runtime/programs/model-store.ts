/** `model_store.py`: weights from the hub into the bucket once, and from the bucket to this machine's disk. */
export const modelStoreProgram = String.raw`"""Brings every model of the plan to the folder given as argument; fills the bucket first where the plan says so.

In the bucket, a model is complete when its SHA256SUMS is there: it is written last. Its first line is a comment with
the commit of the hub. LOCK beside it holds who imports, and is written anew while they do; another takes it over
once it is older than the plan's load time.
"""
import datetime
import email.utils
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from machine import BUNDLE, RUN, Failure, aws, environment, keep_hook_waiting, main, metadata, say, settings

MANIFEST = 'SHA256SUMS'
LOCK = 'LOCK'
COMPLETE = '.complete'
# hub_download.py writes it
COMMIT = '.commit'
NO_SUCH_OBJECT = ('404', 'NoSuchKey', 'NotFound')
POLL_SECONDS = float(os.environ.get('LLM_POLL_SECONDS', '30'))
LOST_RACE = ('PreconditionFailed', 'ConditionalRequestConflict', '412', '409')


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        for block in iter(lambda: file.read(1 << 24), b''):
            digest.update(block)
    return digest.hexdigest()


def weight_files(folder):
    """Names below the folder, without what the download tool and this program keep there."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith('.'))
        relative = os.path.relpath(place, folder)
        found += [os.path.normpath(os.path.join(relative, name)) for name in names if not name.startswith('.')]
    return sorted(name for name in found if name not in (MANIFEST, LOCK))


def checksums(folder, names):
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(lambda name: sha256_of(os.path.join(folder, name)), names)))


def manifest_text(sums, comment):
    """As sha256sum --check reads it, which passes over comments."""
    return '# ' + comment + '\n' + ''.join(digest + '  ' + name + '\n' for name, digest in sorted(sums.items()))


def manifest_sums(text):
    pairs = [line.split('  ', 1) for line in text.splitlines() if line and not line.startswith('#')]
    if any(len(pair) != 2 for pair in pairs) or not pairs:
        raise Failure(MANIFEST + ' is not the output of sha256sum: write it again')
    sums = {name[2:] if name.startswith('./') else name: digest for digest, name in pairs}
    unsafe = [name for name in sums if name.startswith('/') or '..' in name.split('/')]
    if unsafe:
        raise Failure(MANIFEST + ' names files outside the model: ' + ', '.join(unsafe))
    return sums


def wrong_files(folder, sums):
    here = [name for name in sums if os.path.isfile(os.path.join(folder, name))]
    actual = checksums(folder, here)
    return sorted(name for name in sums if actual.get(name) != sums[name])


def write(path, text):
    with open(path + '.new', 'w') as file:
        file.write(text)
    os.replace(path + '.new', path)


def put(bucket, key, text, *conditions):
    """True when stored; False when the condition did not hold."""
    with tempfile.NamedTemporaryFile('w', dir=RUN) as file:
        file.write(text)
        file.flush()
        words = ('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', file.name, *conditions)
        return aws(*words, allow=LOST_RACE if conditions else ()) is not None


def get(bucket, key):
    head = aws('s3api', 'head-object', '--bucket', bucket, '--key', key, allow=NO_SUCH_OBJECT)
    if head is None:
        return None, None
    text = aws('s3', 'cp', '--only-show-errors', 's3://' + bucket + '/' + key, '-', allow=NO_SUCH_OBJECT)
    # a lock may go between the two
    return (None, None) if text is None else (text, json.loads(head))


def sync(source, target, *words):
    if 'LLM_SHOW_PROGRESS' in os.environ:  # somebody watches
        if subprocess.run(['aws', '--region', environment()['LLM_REGION'], 's3', 'sync', source, target, *words]).returncode:
            raise Failure('aws s3 sync to ' + target + ' failed; the lines above say why')
        return
    aws('s3', 'sync', '--no-progress', '--only-show-errors', source, target, *words)


def age_seconds(head):
    text = head['LastModified']
    # version 1 of the aws command, and cli_timestamp_format = wire, pass on what HTTP said
    if ',' in text:
        stamp = email.utils.parsedate_to_datetime(text)
    else:
        stamp = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    return time.time() - stamp.timestamp()


def take_lock(bucket, key, stale_seconds, me):
    """True when this importer may import."""
    if put(bucket, key, me, '--if-none-match', '*'):
        return True
    holder, head = get(bucket, key)
    if head is None:
        return False
    if holder.strip() == me:
        say('going on with the import that ' + me + ' began')
        return True
    if age_seconds(head) < stale_seconds:
        say(holder.strip() + ' is importing; waiting for ' + MANIFEST)
        return False
    say(holder.strip() + ' gave no sign for over ' + str(stale_seconds) + ' s: taking over')
    return put(bucket, key, me, '--if-match', head['ETag'])


@contextmanager
def held_lock(bucket, key, stale_seconds, me):
    """Writes the lock anew while the body runs, however slow the line is, and takes it away when the body succeeds."""
    done = threading.Event()

    def sign_of_life():
        while not done.wait(stale_seconds / 3):
            try:
                holder, head = get(bucket, key)
                if head is not None and holder.strip() == me:
                    put(bucket, key, me, '--if-match', head['ETag'])
            except Failure as failure:
                say('the lock was not renewed, another try follows: ' + str(failure))

    thread = threading.Thread(target=sign_of_life, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(60)
    aws('s3api', 'delete-object', '--bucket', bucket, '--key', key)


def download_from_hub(model, target, plan):
    """In the engine's own image, which has the hub's client; it resumes what is there already."""
    words = ['docker', 'run', '--rm', '--name', 'llm-import', '--entrypoint', 'python3']
    words += ['--volume', target + ':/import', '--volume', BUNDLE + '/hub_download.py:/hub_download.py:ro']
    if plan['hubToken']:
        words += ['--volume', RUN + '/hub_token:/run/secrets/hub_token:ro', '--env', 'HF_TOKEN_PATH=/run/secrets/hub_token']
    words += ['--env', 'HF_HUB_DISABLE_TELEMETRY=1']
    words += [plan['engineImage'], '/hub_download.py', model['source'], model['revision'], '/import']
    subprocess.run(['docker', 'rm', '--force', 'llm-import'], capture_output=True)
    if subprocess.run(words).returncode != 0:
        token = 'with the token of modelStore.hubTokenSecret' if plan['hubToken'] else 'without a token'
        raise Failure(
            model['source'] + '@' + model['revision'] + ' did not come from the hub (' + token + '); '
            'the lines above say why. A gated model needs modelStore.hubTokenSecret and its licence accepted.'
        )


def origin(folder):
    """The commit of the hub that hub_download.py has left, if it was it that filled the folder."""
    path = os.path.join(folder, COMMIT)
    if not os.path.exists(path):
        return 'from a folder'
    with open(path) as file:
        return 'commit ' + file.read().strip()


def fill(model, source, bucket):
    """Every file of a folder into the bucket, then the manifest, whose text it returns."""
    names = weight_files(source)
    if not any(name.endswith(('.safetensors', '.bin')) for name in names):
        raise Failure(model['source'] + ' has no weights that the engine reads (.safetensors or .bin)')
    text = manifest_text(checksums(source, names), model['source'] + '@' + model['revision'] + ' ' + origin(source))
    say('uploading ' + str(len(names)) + ' files')
    sync(source, 's3://' + bucket + '/' + model['folder'], '--exclude', '.*', '--exclude', '*/.*', '--exclude', MANIFEST, '--exclude', LOCK)
    put(bucket, model['folder'] + '/' + MANIFEST, text)
    return text


def import_model(model, target, bucket, plan, me):
    """False when another has imported it since, and given the lock back."""
    say('importing ' + model['source'] + '@' + model['revision'] + ' from the hub')
    with held_lock(bucket, model['folder'] + '/' + LOCK, plan['seconds']['loadSeconds'], me):
        if get(bucket, model['folder'] + '/' + MANIFEST)[0] is not None:
            return False
        download_from_hub(model, target, plan)
        text = fill(model, target, bucket)
    write(os.path.join(target, COMPLETE), text)
    say('imported ' + model['name'] + ', ' + origin(target))
    try:
        expire_revisions(model, bucket, plan)
    except Failure as failure:  # the model serves all the same
        say('old revisions are still in the bucket: ' + str(failure))
    return True


def expire_revisions(model, bucket, plan):
    """Deletes what is over keepRevisions, by the age of the manifests. What the plan uses stays, whatever its age."""
    parent = model['folder'].rsplit('/', 1)[0] + '/'
    answer = aws('s3api', 'list-objects-v2', '--bucket', bucket, '--prefix', parent)
    manifests = [
        (one['LastModified'], one['Key'].rsplit('/', 1)[0])
        for one in json.loads(answer or '{}').get('Contents', [])
        if one['Key'].endswith('/' + MANIFEST) and one['Key'].count('/') == parent.count('/') + 1
    ]
    used = {one['folder'] for one in plan['models']}
    unused = [folder for _, folder in sorted(manifests, reverse=True) if folder not in used]
    kept = max(0, plan['keepRevisions'] - (len(manifests) - len(unused)))
    for folder in unused[kept:]:
        # first, so that no machine takes the rest for a whole model
        manifest = folder + '/' + MANIFEST
        if aws('s3api', 'delete-object', '--bucket', bucket, '--key', manifest, allow=('AccessDenied',)) is None:
            say('old revisions stay in ' + bucket + ', as this machine may delete only in a bucket of its deployment')
            return
        say('deleting ' + folder + ' from the bucket: ' + str(plan['keepRevisions']) + ' revisions are kept')
        aws('s3', 'rm', '--recursive', '--only-show-errors', 's3://' + bucket + '/' + folder + '/')


def copy_model(model, target, source, text):
    """From the bucket, only what differs; then every checksum, and once more for files that are wrong."""
    complete = os.path.join(target, COMPLETE)
    sums = manifest_sums(text)
    if os.path.exists(complete) and open(complete).read() == text and all_there(target, sums):
        say(model['name'] + ' is on the disk already')
        return
    say('copying ' + model['name'] + ' from ' + source)
    for attempt in ('first', 'second'):
        sync(source, target, '--exclude', LOCK, '--exclude', MANIFEST)
        wrong = wrong_files(target, sums)
        if not wrong:
            write(complete, text)
            say('copied and checked ' + str(len(sums)) + ' files of ' + model['name'])
            return
        say(attempt + ' copy: wrong or missing: ' + ', '.join(wrong))
        for name in wrong:
            if os.path.exists(os.path.join(target, name)):
                os.remove(os.path.join(target, name))
    raise Failure('files in ' + source + ' do not match its ' + MANIFEST + ': ' + ', '.join(wrong))


def all_there(folder, sums):
    return all(os.path.isfile(os.path.join(folder, name)) for name in sums)


def upload_help(model, bucket):
    place = 's3://' + bucket + '/' + model['folder']
    return (
        'waiting for ' + model['source'] + '@' + model['revision'] + '. On your computer: llm-constructs import SPEC --bucket ' + bucket
        + '. Or without it, in the folder that holds its files: '
        "find . -type f ! -path './.*' ! -name SHA256SUMS -printf '%P\\0' | sort -z | xargs -0 sha256sum > SHA256SUMS"
        ' && aws s3 sync . ' + place + " --exclude '.*' --exclude SHA256SUMS"
        ' && aws s3 cp SHA256SUMS ' + place + '/SHA256SUMS'
    )


def bring_from_bucket_or_hub(model, target, plan, bucket):
    end = time.monotonic() + plan['seconds']['bootGraceSeconds']
    load_seconds = plan['seconds']['loadSeconds']
    me = '' if plan['import'] == 'manual' else metadata('instance-id')
    while True:
        text, _ = get(bucket, model['folder'] + '/' + MANIFEST)
        if text is not None:
            return copy_model(model, target, 's3://' + bucket + '/' + model['folder'], text)
        if plan['import'] == 'manual':
            say(upload_help(model, bucket))
        elif take_lock(bucket, model['folder'] + '/' + LOCK, load_seconds, me):
            if import_model(model, target, bucket, plan, me):
                return
            continue
        if time.monotonic() > end:
            raise Failure('no ' + MANIFEST + ' for ' + model['name'] + ' after bootGraceSeconds')
        time.sleep(POLL_SECONDS)


def bring_own(model, target):
    """The user's own folder: complete as it is; checked where it has a SHA256SUMS."""
    source = model['source'].rstrip('/')
    bucket, _, prefix = source[len('s3://') :].partition('/')
    text, _ = get(bucket, (prefix + '/' if prefix else '') + MANIFEST)
    if text is not None:
        return copy_model(model, target, source, text)
    say('copying ' + model['name'] + ' from ' + source + ', which has no SHA256SUMS to check against')
    sync(source, target)
    if not weight_files(target):
        raise Failure(source + ' is empty or not readable: ' + model['field'] + ' names a folder with weights')


def check_adapter(model, target):
    """An engine that refuses an adapter ends with a long trace; this says it in a line."""
    path = os.path.join(target, 'adapter_config.json')
    if not os.path.isfile(path):
        raise Failure(model['source'] + ' has no adapter_config.json: ' + model['field'] + ' names LoRA adapters only')
    with open(path) as file:
        config = json.load(file)
    # ranks of single layers may lie above that of the whole
    ranks = [config.get('r') or 0, *(config.get('rank_pattern') or {}).values()]
    if max(ranks) > model['largestRank']:
        raise Failure(
            'adapter ' + model['name'] + ' has rank ' + str(max(ranks)) + ', and the engine keeps memory for rank '
            + str(model['largestRank']) + ': merge it into the weights, or train one of less rank'
        )


def remove_unused(weights, plan):
    """The disk has room for the revisions that the plan counts, no more; the newest of the rest stays."""
    wanted = {os.path.join(weights, model['folder']) for model in plan['models']}
    base = os.path.join(weights, 'models')
    folders = [os.path.join(base, a, b) for a in os.listdir(base) for b in os.listdir(os.path.join(base, a))]
    unused = sorted((one for one in folders if one not in wanted), key=os.path.getmtime, reverse=True)
    for folder in unused[1 if plan['keepRevisions'] > 1 else 0 :]:
        say('removing ' + folder + ', which no model of the plan uses')
        shutil.rmtree(folder)


def bring_all():
    env = environment()
    weights, plan, bucket = sys.argv[1], settings(), env['LLM_MODEL_BUCKET']
    if 'LLM_BOOT_HOOK' in env:
        # an import may take longer than a hook waits at most
        keep_hook_waiting(env['LLM_BOOT_HOOK'], threading.Event())
    for model in plan['models']:
        os.makedirs(os.path.join(weights, model['folder']), exist_ok=True)
    remove_unused(weights, plan)
    for model in plan['models']:
        target = os.path.join(weights, model['folder'])
        if model['origin'] == 'bucket':
            bring_own(model, target)
        else:
            bring_from_bucket_or_hub(model, target, plan, bucket)
        if 'largestRank' in model:
            check_adapter(model, target)


if __name__ == '__main__':
    main(bring_all)
`;
