/**
 * A command that stands for `aws`: buckets are folders below the machine's own, secrets are files.
 *
 * It keeps the conditions of S3 (`--if-none-match`, `--if-match`) and the words of its errors, notes each call in
 * `calls`, and fails once for the word that the file `fail-once` holds. The file `meanwhile` holds a part of a call and,
 * in a line of its own, a shell command: what somebody else does just before that call. With a file `deletes-locks-only` it has the
 * permissions of a bucket that is not the deployment's own. A version of a secret is written once, as in AWS; with a file
 * `nobody-waits` no lifecycle hook does.
 */
export const fakeAws = (root: string) => `#!/usr/bin/env python3
import hashlib, json, os, shutil, subprocess, sys, time
ROOT = ${JSON.stringify(root)}
words = sys.argv[1:]
with open(ROOT + '/calls', 'a') as calls:
    calls.write('aws ' + ' '.join(words) + chr(10))
fail_once = ROOT + '/fail-once'
if os.path.exists(fail_once) and open(fail_once).read().strip() in ('aws ' + ' '.join(words)):
    os.remove(fail_once)
    sys.exit('An error occurred (InternalError) when it was made to fail')

meanwhile = ROOT + '/meanwhile'
if os.path.exists(meanwhile):
    call, command = open(meanwhile).read().split(chr(10), 1)
    if call in ' '.join(words):
        os.remove(meanwhile)
        subprocess.run(command, shell=True, check=True, cwd=ROOT)

def option(name):
    return words[words.index(name) + 1] if name in words else None

def fail(code):
    sys.exit('An error occurred (' + code + ') when calling the fake operation')

def object_path(bucket, key):
    return os.path.join(ROOT, 'buckets', bucket, key)

def of(uri):
    bucket, _, key = uri[5:].partition('/')
    return object_path(bucket, key)

def etag(path):
    return hashlib.md5(open(path, 'rb').read()).hexdigest()

def copy(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)

def sync(source, target):
    source = of(source) if source.startswith('s3://') else source
    target = of(target) if target.startswith('s3://') else target
    excluded = [words[i + 1] for i, word in enumerate(words) if word == '--exclude']
    for place, _, names in os.walk(source):
        for name in names:
            path = os.path.join(place, name)
            relative = os.path.relpath(path, source)
            hidden = relative.startswith('.') and '.*' in excluded
            there = os.path.join(target, relative)
            same = os.path.exists(there) and os.path.getsize(there) == os.path.getsize(path)
            if relative not in excluded and not hidden and not same:
                copy(path, there)

def put_object():
    path = object_path(option('--bucket'), option('--key'))
    if option('--if-none-match') == '*' and os.path.exists(path):
        fail('PreconditionFailed')
    if option('--if-match') and (not os.path.exists(path) or etag(path) != option('--if-match')):
        fail('PreconditionFailed')
    copy(option('--body'), path)

def head_object():
    path = object_path(option('--bucket'), option('--key'))
    if not os.path.exists(path):
        fail('404')
    # version 1 of the aws command passes on what HTTP said
    form = '%a, %d %b %Y %H:%M:%S GMT' if os.path.exists(ROOT + '/aws-version-1') else '%Y-%m-%dT%H:%M:%S+00:00'
    stamp = time.strftime(form, time.gmtime(os.path.getmtime(path)))
    print(json.dumps({'ETag': etag(path), 'LastModified': stamp}))

def list_objects():
    found = []
    for place, _, names in os.walk(object_path(option('--bucket'), '')):
        for name in names:
            path = os.path.join(place, name)
            key = os.path.relpath(path, object_path(option('--bucket'), ''))
            stamp = time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime(os.path.getmtime(path)))
            found.append({'Key': key, 'LastModified': stamp})
    print(json.dumps({'Contents': [one for one in found if one['Key'].startswith(option('--prefix'))]}))

def delete_object():
    if os.path.exists(ROOT + '/deletes-locks-only') and not option('--key').endswith('/LOCK'):
        fail('AccessDenied')
    os.remove(object_path(option('--bucket'), option('--key')))

def get_secret():
    path = os.path.join(ROOT, 'secrets', option('--secret-id'))
    if not os.path.exists(path):
        fail('ResourceNotFoundException')
    version = open(path + '.version').read() if os.path.exists(path + '.version') else 'first'
    print(json.dumps({'SecretString': open(path).read(), 'VersionId': version}))

def put_secret():
    given = json.load(sys.stdin)
    path = os.path.join(ROOT, 'secrets', given['SecretId'])
    token = os.path.join(ROOT, 'secret-versions', given['ClientRequestToken'])
    os.makedirs(os.path.dirname(token), exist_ok=True)
    digest = hashlib.sha256(given['SecretString'].encode()).hexdigest()
    if os.path.exists(token) and open(token).read() != digest:
        fail('ResourceExistsException')
    for name, text in ((token, digest), (path, given['SecretString']), (path + '.version', given['ClientRequestToken'])):
        with open(name, 'w') as file:
            file.write(text)

def volume():
    holder = open(ROOT + '/volume-holder').read().strip() if os.path.exists(ROOT + '/volume-holder') else ''
    print({'Volumes[0].State': 'in-use' if holder else 'available'}.get(option('--query'), holder or 'None'))

def attach():
    with open(ROOT + '/volume-holder', 'w') as file:
        file.write(option('--instance-id'))

plain = [word for word in words if not word.startswith('--')]
names = {'put-object': put_object, 'head-object': head_object, 'list-objects-v2': list_objects, 'delete-object': delete_object, 'get-secret-value': get_secret, 'put-secret-value': put_secret,
         'describe-volumes': volume, 'attach-volume': attach}
if 's3' in words and 'sync' in words:
    start = words.index('sync') + 1
    sync(*[word for word in words[start:] if '/' in word and not word.startswith('--')][:2])
elif 's3' in words and 'cp' in words:
    path = of(next(word for word in words if word.startswith('s3://')))
    if not os.path.exists(path):
        # with --quiet the real one says nothing at all
        sys.exit(1 if '--quiet' in words else 'fatal error: An error occurred (404) when calling the HeadObject operation')
    sys.stdout.write(open(path).read())
elif 's3' in words and 'rm' in words:
    shutil.rmtree(of(words[-1]))
elif 'signal-resource' in words and os.path.exists(ROOT + '/stack-is-complete'):
    fail('ValidationError')
elif '--lifecycle-hook-name' in words and os.path.exists(ROOT + '/nobody-waits'):
    fail('ValidationError')
else:
    for name, act in names.items():
        if name in words:
            act()
`;
