/**
 * `simulated_pace.py`: when the simulated engine says what. Python 3.9, standard library.
 *
 * A word counts as a token. Above the planned sequences in flight all become slower alike, as on a real GPU whose
 * rate is used up.
 */
export const simulatedPaceProgram = `"""What the simulated engine answers, and when: queue, pace and words."""
import base64
import hashlib
import json
import math
import os
import struct
import threading
import time

from simulated_series import Series

CHARACTERS_PER_TOKEN = 4


class Refusal(Exception):
    """An answer other than 200, as vLLM words it."""

    def __init__(self, status, text, kind='BadRequestError'):
        super().__init__(text)
        self.status = status
        self.body = {'error': {'message': text, 'type': kind, 'param': None, 'code': status}}


class Gone(Exception):
    """The client hung up: its answer ends, as vLLM ends it."""


class Pace:
    """Who runs, who waits, and how fast tokens come."""

    def __init__(self, given):
        self.given = given
        self.changed = threading.Condition()
        self.running = 0
        self.waiting = 0
        self.tokens = 0

    def enter(self, tokens, gone):
        """Seconds in the queue; raises when it is full, or when the client is gone before its turn."""
        began = time.monotonic()
        with self.changed:
            if self.running + self.waiting >= self.given.max_queued_requests:
                raise Refusal(503, 'The engine is full: %d requests run or wait.' % (self.running + self.waiting), 'ServiceUnavailableError')
            self.waiting += 1
            try:
                while self.running >= self.given.max_sequences:
                    self.changed.wait(0.5)
                    if gone():
                        # the place that it was told of is another's
                        self.changed.notify()
                        raise Gone()
            finally:
                self.waiting -= 1
            self.running += 1
            self.tokens += tokens
        return time.monotonic() - began

    def leave(self, tokens):
        with self.changed:
            self.running -= 1
            self.tokens -= tokens
            self.changed.notify()

    def slowdown(self):
        return max(1.0, self.running / max(1, self.given.sequences_in_flight))

    def idle(self):
        return self.running + self.waiting == 0

    def gauges(self):
        return {
            'vllm:num_requests_running': self.running,
            'vllm:num_requests_waiting': self.waiting,
            'vllm:kv_cache_usage_perc': min(1.0, self.tokens / max(1, self.given.kv_cache_tokens)),
        }


def tokens_in(value):
    """A guess that needs no tokenizer: text by its length, lists by their parts."""
    if isinstance(value, str):
        return math.ceil(len(value) / CHARACTERS_PER_TOKEN)
    if isinstance(value, list):
        return sum(1 if isinstance(part, int) else tokens_in(part) for part in value)
    if isinstance(value, dict):
        return tokens_in(value.get('text') or value.get('content') or '')
    return 0


def refuse_what_no_simulation_answers(body):
    """What would need a model: answering in words all the same would mislead whoever tests with it."""
    form = body.get('response_format') or {}
    choice = body.get('tool_choice')
    asked = {
        'n': body.get('n', 1) not in (1, None),
        'best_of': body.get('best_of', 1) not in (1, None),
        'logprobs': body.get('logprobs') not in (None, False),
        'echo': bool(body.get('echo')),
        'response_format': isinstance(form, dict) and form.get('type', 'text') != 'text',
        'tool_choice': choice not in (None, 'auto', 'none'),
        'structured_outputs': body.get('structured_outputs') is not None,
    }
    for name, there in asked.items():
        if there:
            raise Refusal(400, '%s: the simulated engine answers in plain words only, and runs no model' % name)


class Answer:
    """Words of one answer, and how many of them."""

    def __init__(self, given, body, prompt_tokens):
        self.prompt_tokens = prompt_tokens
        wanted = body.get('max_completion_tokens') or body.get('max_tokens')
        if wanted is not None and (not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1):
            raise Refusal(400, 'max_tokens must be at least 1, got %s.' % wanted)
        room = given.max_context - prompt_tokens
        if room < 1 or (wanted or 1) > room:
            raise Refusal(400, "This model's maximum context length is %d tokens. However, you requested %d output tokens and your prompt contains about %d." % (given.max_context, wanted or 1, prompt_tokens))
        natural = wanted if wanted and body.get('ignore_eos') else given.answer_tokens
        natural = max(natural, body.get('min_tokens') or 0)
        self.count = min(natural, wanted or natural, room)
        self.reason = 'length' if self.count < natural or (wanted and body.get('ignore_eos')) else 'stop'
        self.text = (
            'This is a simulated answer: no model ran. %s would write its own words here, in this rhythm. ' % body.get('model', given.model)
        ).split()

    def word(self, index):
        return ('' if index == 0 else ' ') + self.text[index % len(self.text)]

    def whole(self):
        return ''.join(self.word(index) for index in range(self.count))

    def usage(self):
        return {
            'prompt_tokens': self.prompt_tokens,
            'completion_tokens': self.count,
            'total_tokens': self.prompt_tokens + self.count,
        }


class Engine:
    def __init__(self, given):
        self.given = given
        self.pace = Pace(given)
        self.series = Series(given.model)
        self.key = os.environ.get('VLLM_API_KEY', '')
        self.stopping = False

    def enter(self, tokens, gone):
        try:
            return self.pace.enter(tokens, gone)
        except Gone:
            self.series.finish('abort')
            raise

    def generate(self, answer, gone):
        """Yields the words, each at its time."""
        began = time.monotonic()
        reserved = answer.prompt_tokens + answer.count
        self.series.time('vllm:request_queue_time_seconds', self.enter(reserved, gone))
        self.series.count('vllm:prompt_tokens_total', answer.prompt_tokens)
        reason = 'abort'
        try:
            due = time.monotonic() + self.given.ttft_ms / 1000 * self.pace.slowdown()
            last = None
            for index in range(answer.count):
                # counted from when it was due: late wake-ups do not add up
                time.sleep(max(0.0, due - time.monotonic()))
                if gone():
                    raise Gone()
                now = time.monotonic()
                if last is None:
                    self.series.time('vllm:time_to_first_token_seconds', now - began)
                else:
                    self.series.time('vllm:inter_token_latency_seconds', now - last)
                last = now
                self.series.count('vllm:generation_tokens_total')
                yield answer.word(index)
                due += self.given.inter_token_ms / 1000 * self.pace.slowdown()
            reason = answer.reason
        finally:
            self.pace.leave(reserved)
            self.series.finish(reason)
            self.series.time('vllm:e2e_request_latency_seconds', time.monotonic() - began)

    def embed(self, body, gone):
        values = body.get('input')
        if not isinstance(values, (str, list)) or not values:
            raise Refusal(400, 'input must be a text or a list of texts.')
        # one text, one text as numbers of tokens, or a list of either
        texts = [values] if isinstance(values, str) or isinstance(values[0], int) else values
        longest = max(tokens_in(text) for text in texts)
        if longest > self.given.max_context:
            raise Refusal(400, "This model's maximum context length is %d tokens. However, one input has about %d." % (self.given.max_context, longest))
        width = body.get('dimensions') or self.given.embedding_width
        tokens = sum(tokens_in(text) for text in texts)
        began = time.monotonic()
        self.series.time('vllm:request_queue_time_seconds', self.enter(tokens, gone))
        try:
            time.sleep(self.given.ttft_ms / 1000 * self.pace.slowdown())
        finally:
            self.pace.leave(tokens)
        self.series.count('vllm:prompt_tokens_total', tokens)
        self.series.finish('stop')
        self.series.time('vllm:e2e_request_latency_seconds', time.monotonic() - began)
        packed = body.get('encoding_format') == 'base64'
        data = []
        for index, text in enumerate(texts):
            vector = simulated_vector(json.dumps(text), width)
            value = base64.b64encode(struct.pack('<%df' % width, *vector)).decode() if packed else vector
            data.append({'object': 'embedding', 'index': index, 'embedding': value})
        usage = {'prompt_tokens': tokens, 'total_tokens': tokens}
        return {'id': 'embd-simulated', 'object': 'list', 'model': self.given.model, 'data': data, 'usage': usage}


def simulated_vector(text, width):
    """Length 1, the same for the same text, and without any meaning."""
    raw = hashlib.shake_256(text.encode()).digest(2 * width)
    values = [value / 32768 - 1 for value in struct.unpack('<%dH' % width, raw)]
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]
`;
