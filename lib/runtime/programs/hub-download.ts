/** `hub_download.py`: runs inside the engine's image. */
export const hubDownloadProgram = `"""Downloads one revision of a model: the files that the engine reads, once."""
import sys

from huggingface_hub import HfApi, snapshot_download

source, revision, target = sys.argv[1:]
names = HfApi().list_repo_files(source, revision=revision)
# other formats of the same weights
unread = ['original/*', '*.gguf', '*.onnx', 'onnx/*', '*.h5', '*.msgpack', '*.ot', '*.tflite', '*.mlmodel', '*.pth', '*.pt']
safetensors = [name for name in names if name.endswith('.safetensors')]
if safetensors:
    unread.append('*.bin')
if any(not name.startswith('consolidated') for name in safetensors):
    unread.append('consolidated*.safetensors')
snapshot_download(source, revision=revision, local_dir=target, ignore_patterns=unread, max_workers=8)
print('downloaded ' + source + '@' + revision, flush=True)
`;
