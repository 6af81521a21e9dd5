/** `hub_download.py`: runs inside the engine's image. */
export const hubDownloadProgram = `"""Downloads one revision of a model: the files that the engine reads, once. Its commit is left in .commit beside them."""
import os
import sys

from huggingface_hub import HfApi, snapshot_download

source, revision, target = sys.argv[1:]
# a branch may move on between the list and the last file
commit = HfApi().model_info(source, revision=revision).sha
names = HfApi().list_repo_files(source, revision=commit)
# other formats of the same weights
unread = ['original/*', '*.gguf', '*.onnx', 'onnx/*', '*.h5', '*.msgpack', '*.ot', '*.tflite', '*.mlmodel', '*.pth', '*.pt']
safetensors = [name for name in names if name.endswith('.safetensors')]
if safetensors:
    unread.append('*.bin')
if any(not name.startswith('consolidated') for name in safetensors):
    unread.append('consolidated*.safetensors')
snapshot_download(source, revision=commit, local_dir=target, ignore_patterns=unread, max_workers=8)
with open(os.path.join(target, '.commit'), 'w') as file:
    file.write(commit)
print('downloaded ' + source + '@' + revision + ', commit ' + commit, flush=True)
`;
