/** `batch_files.py`: what the batch worker stores, and in which order. */
export const batchFilesModule = String.raw`"""What a job is: a file or a part of it, read, asked and stored once under keys that follow from the file."""
import json

from batch_lines import check, halves, record, requests
from batch_settings import say
from batch_web import Poison, json_bytes


# results of a part are held until it is stored, and 100 bytes of text become 80 kB of numbers at 4,096 dimensions
EMBEDDING_PART_BYTES = 16 << 10
# of an object's name, in all three clouds
KEY_BYTES = 1024


def encodable(text):
    try:
        return bool(text.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def well_formed(job):
    return (
        isinstance(job.get('object'), str)
        and encodable(job['object'])
        and isinstance(job.get('version', ''), str)
        and isinstance(job.get('part', 0), int)
        and job.get('part', 0) >= 0
    )


class Files:
    """Keys and bytes of what is stored; the worker asks the gateway and knows when to stop."""

    def __init__(self, worker, cloud, gateway, part_bytes):
        self.worker, self.cloud, self.gateway, self.part_bytes = worker, cloud, gateway, part_bytes

    def base(self, job):
        name = job['object'][: -len('.jsonl')] if job['object'].endswith('.jsonl') else job['object']
        return name + '/' + job['version'] + '/'

    def reader(self, message, job):
        def read(offset, length):
            self.worker.alive(message)
            # a small file is checked and then sent: read once
            if message.piece[0] != (offset, length):
                message.piece = (offset, length), self.cloud.read(job['object'], job['version'], offset, length)
            return message.piece[1]

        return read

    def layout(self, message, job):
        """How the file is cut. The first check that ends decides for all workers and attempts."""
        size = self.cloud.size(job['object'], job['version'])
        count, embeds = check(self.reader(message, job), size, self.gateway.models())
        found = {'object': job['object'], 'version': job['version'], 'bytes': size, 'lines': count}
        cut = min(self.part_bytes, EMBEDDING_PART_BYTES) if embeds else self.part_bytes
        stored = json_bytes({**found, 'partBytes': cut, 'parts': -(-size // cut)})
        key = self.base(job) + 'work/plan.json'
        return stored if self.cloud.store_once(key, stored) else self.cloud.fetch(key)

    def work(self, message, job):
        left = KEY_BYTES - len((self.base(job) + 'rejected-00000.json').encode())
        if left < 0:
            raise Poison('the name of the file is ' + str(-left) + ' bytes too long for the names of its results')
        known = self.cloud.fetch(self.base(job) + 'work/plan.json')
        if known and self.cloud.exists(self.base(job) + 'done.json'):
            return say(job['object'] + ': is done already')
        layout = json.loads(known or self.layout(message, job))
        if 'part' not in job and layout['parts'] > 1:
            self.cloud.send([json_bytes({**job, 'part': part}).decode() for part in range(layout['parts'])])
            return say(job['object'] + ': ' + str(layout['lines']) + ' requests in ' + str(layout['parts']) + ' parts')
        number = job.get('part', 0)
        if number >= layout['parts']:
            raise Poison('no part ' + str(number) + ' in the ' + str(layout['parts']) + ' of ' + job['object'])
        # nobody has results of a file that nobody had checked
        begun = self.cloud.fetch(self.record_key(job, number)) if known else None
        self.finish(job, layout, number, self.part(message, job, layout, number, begun))

    def record_key(self, job, number):
        return self.base(job) + 'work/%05d.jsonl' % number

    def part(self, message, job, layout, number, stored):
        """One record is the commit; output and errors follow from its bytes, in every attempt alike."""
        if stored is None:
            message.record = message.record or record(self.results(message, job, layout, number))
            stored, key = message.record, self.record_key(job, number)
            if not self.cloud.store_once(key, stored):
                stored = self.cloud.fetch(key)
        base, name = self.base(job), '%05d' % number
        output, errors = halves(stored)
        if errors:
            self.cloud.store_once(base + 'errors-' + name + '.jsonl', errors)
        self.cloud.store_once(base + 'output-' + name + '.jsonl', output)
        return stored

    def results(self, message, job, layout, number):
        start = number * layout['partBytes']
        end = min(layout['bytes'], start + layout['partBytes'])
        found = list(requests(self.reader(message, job), layout['bytes'], start, end))
        return self.worker.answers(message, job['version'], found)

    def finish(self, job, layout, number, stored):
        """Whoever stored the last part says that the file is done. The next part is nearly always missing."""
        base, parts = self.base(job), layout['parts']
        if parts > 1:
            following = base + 'output-%05d.jsonl' % ((number + 1) % parts)
            if not self.cloud.exists(following) or len(self.cloud.names(base + 'output-')) < parts:
                return
        others = [self.record_key(job, part) for part in range(parts) if part != number]
        heads = (head.split(b'\n')[0] for head in (stored, *(self.cloud.fetch(key, 200) for key in others)))
        failed = sum(json.loads(head)['failed'] for head in heads)
        counts = {'succeeded': layout['lines'] - failed, 'failed': failed}
        summary = {**{key: layout[key] for key in ('object', 'version', 'lines')}, **counts, 'parts': parts}
        if self.cloud.store_once(base + 'done.json', json_bytes(summary) + b'\n'):
            say(job['object'] + ': done, ' + str(layout['lines']) + ' requests, ' + str(failed) + ' failed')
`;
