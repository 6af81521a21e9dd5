"""Records what vLLM's own PrometheusStatLogger writes on /metrics: two scrapes, before and after some load.

python vllm-scrape.py UNPACKED_WHEEL FOLDER. The wheel is that of the pinned version (pip download --no-deps vllm==...;
unzip 'vllm/v1/metrics/*'). The logger, its series, labels and buckets are vLLM's; what it is told is made up here,
and modules that need a GPU library are empty, so their optional series are missing.
"""
import importlib.abc
import importlib.machinery
import sys
from enum import Enum
from pathlib import Path
from unittest.mock import MagicMock

wheel, folder = Path(sys.argv[1]), Path(sys.argv[2])
REAL = ('vllm.v1.metrics.' + name for name in ('loggers', 'stats', 'buckets', 'cache_hit_source', 'utils', 'prometheus'))
REAL = {*REAL, 'vllm', 'vllm.v1', 'vllm.v1.metrics'}


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Everything of vLLM that is not about metrics, and what it would import."""

    def find_spec(self, name, path, target=None):
        if name.split('.')[0] in ('vllm', 'torch') and name not in REAL:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__ = [], spec
        return module

    def exec_module(self, module):
        """Nothing to run."""


# the package itself would import all of it
import types

for name in ('vllm', 'vllm.v1'):
    package = types.ModuleType(name)
    package.__path__ = [str(wheel / name.replace('.', '/'))]
    sys.modules[name] = package
sys.meta_path.insert(0, Absent())
FinishReason = Enum('FinishReason', {name.upper(): name for name in ('stop', 'length', 'abort', 'error')})
FinishReason.__str__ = lambda self: self.value
sys.modules['vllm.v1.engine'] = types.SimpleNamespace(FinishReason=FinishReason)
import vllm.envs  # noqa: E402

vllm.envs.VLLM_COMPUTE_NANS_IN_LOGITS = False
from prometheus_client import REGISTRY, generate_latest  # noqa: E402
from vllm.v1.metrics.loggers import PrometheusStatLogger  # noqa: E402
from vllm.v1.metrics.stats import FinishedRequestStats, IterationStats, PrefixCacheStats, SchedulerStats  # noqa: E402

config = MagicMock()
config.model_config.served_model_name = 'qwen3-8b'
config.model_config.max_model_len = 8192
config.observability_config.show_hidden_metrics = False
config.observability_config.kv_cache_metrics = False
config.observability_config.custom_histogram_buckets = None
config.kv_transfer_config = config.ec_transfer_config = config.lora_config = config.watermark_config = None
# its histograms need numbers: what it has is the default
config.speculative_config = None
logger = PrometheusStatLogger(config, [0])


def step(running, waiting, kv, tokens, gaps, gap_seconds, first, first_seconds):
    """One report of the scheduler, and what the iterations since the last one did."""
    now = SchedulerStats(num_running_reqs=running, num_waiting_reqs=waiting, kv_cache_usage=kv)
    now.prefix_cache_stats = PrefixCacheStats(queries=first, hits=0)
    done = IterationStats()
    done.num_generation_tokens = tokens
    done.inter_token_latencies_iter = [gap_seconds] * gaps
    done.time_to_first_tokens_iter = [first_seconds] * first
    done.prompt_token_stats.total = done.prompt_token_stats.computed = 1000 * first
    done.finished_requests = [
        FinishedRequestStats(FinishReason.STOP, e2e_latency=16.0, num_prompt_tokens=1000, num_generation_tokens=tokens // first)
    ] * first
    logger.record(now, done)


def scrape(name):
    lines = generate_latest(REGISTRY).decode().splitlines()
    # of the process that records, such as its memory, and the time at which a counter was made
    kept = [line for line in lines if line.split(' ')[0 if line[0] != '#' else 2].startswith('vllm:')]
    # help texts are vLLM's sentences
    kept = [line for line in kept if not line.startswith('# HELP')]
    kept = [line for line in kept if '_created' not in line.split(' ')[0 if line[0] != '#' else 2].split('{')[0]]
    (folder / name).write_text('\n'.join(kept) + '\n')
    print(name, len(kept), 'lines')


# numbers that a double holds exactly, so that means are exact
step(running=3, waiting=0, kv=0.125, tokens=9000, gaps=800, gap_seconds=0.0625, first=40, first_seconds=0.25)
scrape('vllm-before.txt')
step(running=20, waiting=4, kv=0.625, tokens=1000, gaps=500, gap_seconds=0.03125, first=20, first_seconds=0.5)
scrape('vllm-after.txt')
