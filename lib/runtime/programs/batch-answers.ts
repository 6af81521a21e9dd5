/** `batch_answers.py`: all lines of a job under way at once. */
export const batchAnswersModule = `"""Asks every line of a job, each model's in threads of their own: a model that is away holds up no other."""
import collections
import concurrent.futures
import json

from batch_lines import result
from batch_web import json_bytes


class Stopped(Exception):
    """The lease is lost or the worker must end: the job goes on elsewhere."""


class Answers:
    def __init__(self, gateway, concurrency, changed, must_stop):
        self.gateway, self.concurrency, self.changed, self.must_stop = gateway, concurrency, changed, must_stop
        self.threads = {}

    def of(self, message, version, found):
        """Lines of results for (offset, line), in their order; Poison when one can never be answered."""
        models = [json.loads(line)['body']['model'] for _, line in found]
        with self.changed:
            message.waiting = collections.Counter(models)
            self.changed.notify()
            for model in set(models) - set(self.threads):
                self.threads[model] = concurrent.futures.ThreadPoolExecutor(self.concurrency)
        asked = [
            self.threads[model].submit(self.ask, message, version, at, line) for model, (at, line) in zip(models, found)
        ]
        pending = asked
        try:
            while pending:
                # lines under way may take longer than the worker has
                if self.must_stop(message):
                    raise Stopped()
                ended, pending = concurrent.futures.wait(pending, 0.5, concurrent.futures.FIRST_EXCEPTION)
                for one in ended:
                    one.result()
        except BaseException:
            message.abandoned = True
            for one in asked:
                one.cancel()
            raise
        answers = [one.result() for one in asked]
        if None in answers:
            raise Stopped()
        return answers

    def ask(self, message, version, offset, line):
        request = json.loads(line)
        model = request['body']['model']
        try:
            # a file can wait for its own model: another's answer, or its bill, is for users only
            body = json_bytes({**request['body'], 'disable_fallbacks': True})
            stopped = lambda: message.abandoned or self.must_stop(message)
            answer = self.gateway.ask(request['url'], model, body, stopped)
            # as text at once: numbers of embeddings take twice as much as objects
            return answer and result(version, offset, request, answer)
        finally:
            with self.changed:
                message.waiting[model] -= 1
                self.changed.notify()
`;
