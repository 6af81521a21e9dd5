/** `hub_download.py`: runs inside the engine's image, and with the operator's python3. */
export const hubDownloadProgram = `"""Downloads one revision of a model: the files that the engine reads, once, each as the hub's checksum says.

The commit that the revision was stays beside them, in .commit.
"""
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

try:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError
except ImportError as error:
    sys.exit('the client of the hub is missing: python3 -m pip install huggingface_hub (' + str(error) + ')')

source, revision, target = sys.argv[1:]


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        for block in iter(lambda: file.read(1 << 24), b''):
            digest.update(block)
    return digest.hexdigest()


def download():
    # a branch may move while files come: all are of the commit that it is now
    info = HfApi().model_info(source, revision=revision, files_metadata=True)
    names = [one.rfilename for one in info.siblings]
    # other formats of the same weights
    unread = ['original/*', '*.gguf', '*.onnx', 'onnx/*', '*.h5', '*.msgpack', '*.ot', '*.tflite', '*.mlmodel', '*.pth', '*.pt']
    safetensors = [name for name in names if name.endswith('.safetensors')]
    if safetensors:
        unread.append('*.bin')
    if any(not name.startswith('consolidated') for name in safetensors):
        unread.append('consolidated*.safetensors')
    snapshot_download(source, revision=info.sha, local_dir=target, ignore_patterns=unread, max_workers=8)
    # of large files the hub tells the SHA-256; its client compares their sizes only
    large = {one.rfilename: one.lfs.sha256 for one in info.siblings if one.lfs}
    here = [name for name in large if os.path.exists(os.path.join(target, name))]
    with ThreadPoolExecutor(4) as pool:
        sums = dict(zip(here, pool.map(lambda name: sha256_of(os.path.join(target, name)), here)))
    wrong = [name for name in here if sums[name] != large[name]]
    for name in wrong:
        os.remove(os.path.join(target, name))
    if wrong:
        sys.exit('not what the hub says they are, and removed; try again: ' + ', '.join(wrong))
    with open(os.path.join(target, '.commit'), 'w') as file:
        file.write(info.sha)
    print('downloaded ' + source + '@' + revision + ', commit ' + info.sha, flush=True)


try:
    download()
except GatedRepoError:
    sys.exit(
        source + ' is gated: accept its terms at https://huggingface.co/' + source + ' and give a token of that account'
    )
except RevisionNotFoundError:
    sys.exit(source + ' has no revision ' + revision + ' on the hub')
except RepositoryNotFoundError:
    sys.exit(source + ' is not on the hub, or private and the token (if any) may not see it')
`;
